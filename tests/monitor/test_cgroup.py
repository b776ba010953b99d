import pytest

from workshop_tui.monitor import host as host_module
from workshop_tui.monitor.cgroup import memory_limit
from workshop_tui.monitor.host import HostReader, ram_mib

MIB = 1024 * 1024


@pytest.fixture
def machine(tmp_path):
    """A folder with the files of one process's groups."""

    def make(cgroup, groups):
        (tmp_path / "proc/self").mkdir(parents=True)
        (tmp_path / "proc/self/cgroup").write_text(cgroup)
        for folder, files in groups.items():
            where = tmp_path / "sys/fs/cgroup" / folder
            where.mkdir(parents=True, exist_ok=True)
            for name, content in files.items():
                (where / name).write_text(str(content))
        return tmp_path

    return make


def group(limit, used, cache=0):
    return {
        "memory.max": f"{limit}\n",
        "memory.current": f"{used}\n",
        "memory.stat": f"anon 1\ninactive_file {cache}\n",
    }


def test_a_container_of_version_2(machine):
    root = machine("0::/\n", {".": group(64 * MIB, 20 * MIB, cache=5 * MIB)})
    assert memory_limit(root) == (15, 64)


def test_the_tightest_group_above_counts(machine):
    groups = {"slurm/job_7": group(32 * MIB, 10 * MIB), "slurm/job_7/step_0": group("max", 9 * MIB)}
    root = machine("0::/slurm/job_7/step_0\n", groups | {"slurm": group(900 * MIB, 500 * MIB)})
    assert memory_limit(root) == (10, 32)


def test_a_container_of_version_1_that_sees_only_its_root(machine):
    files = {
        "memory.limit_in_bytes": 48 * MIB,
        "memory.usage_in_bytes": 12 * MIB,
        "memory.stat": f"cache 1\ntotal_inactive_file {2 * MIB}\n",
    }
    cgroup = "9:name=systemd:/\n5:cpu,cpuacct:/docker/abc\n4:memory:/docker/abc\n0::/\n"
    assert memory_limit(machine(cgroup, {"memory": files})) == (10, 48)


@pytest.mark.parametrize("cgroup", ["0::/user.slice\n", "", "odd\n", "0::/../..\n"])
def test_no_limit(machine, cgroup):
    assert memory_limit(machine(cgroup, {"user.slice": group("max", 5)})) is None


def test_no_cgroups_at_all(tmp_path):
    assert memory_limit(tmp_path) is None


def test_a_limit_below_the_machine_is_what_the_reading_shows(monkeypatch, tmp_path):
    monkeypatch.setattr(host_module, "memory_limit", lambda: (100, 300))
    reading = HostReader(tmp_path).read()
    assert (reading.ram_used_mib, reading.ram_total_mib, reading.ram_limited) == (100, 300, True)
    # The kernel writes 'no limit' of version 1 as a number larger than any machine.
    monkeypatch.setattr(host_module, "memory_limit", lambda: (100, 2**43))
    assert HostReader(tmp_path).read().ram_limited is False
    assert ram_mib() != (100, 2**43, True)
