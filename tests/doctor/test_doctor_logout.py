import os

import pytest

WELL = "pictures go on after logout"


@pytest.fixture
def logged_in(put, tmp_path):
    """A machine with systemd, seen from an ordinary session."""
    put("proc/1/comm", "systemd\n")
    put("proc/self/cgroup", "0::/user.slice/user-1000.slice/session-3.scope\n")
    (tmp_path / "run/systemd/system").mkdir(parents=True)


def test_a_session_of_a_usual_machine_lets_the_worker_live(look, logged_in):
    found = look("logout")
    assert (found.level, found.text) == ("ok", f"{WELL} (KillUserProcesses=no)")


@pytest.mark.parametrize(
    ("files", "level"),
    [
        ({"etc/systemd/logind.conf": "[Login]\nKillUserProcesses=yes\n"}, "warn"),
        ({"etc/systemd/logind.conf": "[Login]\n#KillUserProcesses=yes\n"}, "ok"),
        ({"etc/systemd/logind.conf": "[Other]\nKillUserProcesses=yes\n"}, "ok"),
        ({"usr/lib/systemd/logind.conf.d/10-site.conf": "[Login]\nKillUserProcesses=1\n"}, "warn"),
        (
            {
                "etc/systemd/logind.conf": "[Login]\nKillUserProcesses=yes\n",
                "etc/systemd/logind.conf.d/90-classes.conf": "[Login]\nKillUserProcesses = no\n",
            },
            "ok",
        ),
        (
            {
                "usr/lib/systemd/logind.conf.d/50.conf": "[Login]\nKillUserProcesses=yes\n",
                "etc/systemd/logind.conf.d/50.conf": "[Login]\n",
            },
            "ok",
        ),
    ],
)
def test_logind_files_and_drop_ins_are_read_as_systemd_reads_them(look, put, logged_in, files, level):
    for path, text in files.items():
        put(path, text)
    assert look("logout").level == level


def test_where_all_is_ended_the_way_out_is_named(look, put, logged_in):
    put("etc/systemd/logind.conf", "[Login]\nKillUserProcesses=yes\n")
    found = look("logout", environ={"USER": "ada"})
    assert "KillUserProcesses=yes" in found.text
    assert found.todo.endswith("loginctl enable-linger && systemd-run --user --scope workshop-tui")
    put("var/lib/systemd/linger/ada")
    assert look("logout", environ={"USER": "ada"}).todo.endswith("by: systemd-run --user --scope workshop-tui")


def test_below_the_user_manager_lingering_decides(look, put, logged_in):
    put("proc/self/cgroup", f"0::/user.slice/user@{os.getuid()}.service/app.slice/code.scope\n")
    found = look("logout", environ={"USER": "ada"})
    assert (found.level, "loginctl enable-linger" in found.todo) == ("warn", True)
    put("var/lib/systemd/linger/ada")
    assert look("logout", environ={"USER": "ada"}).level == "ok"


@pytest.mark.parametrize("path", [".dockerenv", "run/.containerenv", "proc/1/comm"])
def test_a_container_is_said(look, put, path):
    put(path, "bash\n")
    found = look("logout")
    assert (found.level, found.text.startswith("a container: ")) == ("warn", True)


def test_another_init_ends_nothing(look, put):
    put("proc/1/comm", "runit\n")
    assert look("logout").level == "ok"


@pytest.mark.parametrize(
    ("variables", "said"),
    [
        ({"SLURM_JOB_ID": "4711"}, "job 4711 of Slurm"),
        ({"PBS_JOBID": "12.head"}, "job 12.head of PBS"),
        ({"LSB_JOBID": "9"}, "job 9 of LSF"),
        ({"JOB_ID": "9"}, ""),
        ({}, ""),
    ],
)
def test_a_batch_jobs_end_is_announced(look, variables, said):
    found = look("scheduler", environ=variables)
    assert found.level == ("warn" if said else "ok")
    assert said in found.text
