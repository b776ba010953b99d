/* A stand-in for NVIDIA's libnvidia-ml.so.1 that the real nvidia-ml-py loads.
 *
 * The environment steers it, read anew at each call:
 *   FAKE_COUNT          how many GPUs there are (1)
 *   FAKE_LOST           the GPU of this index answers every call with 15, GPU is lost
 *   FAKE_HANG           the function of this name never returns
 *   FAKE_<function>     the code that this function returns
 *   FAKE_CUDA           the newest CUDA that the driver knows (12080 is 12.8)
 *   FAKE_MIG            how many MIG instances each GPU is cut into (0, which is MIG switched off)
 *   FAKE_PIDS           the processes on each GPU, with commas; each holds 2 GiB
 *   FAKE_ENERGY_MJ      the energy counter; without it the counter runs on at FAKE_POWER_MW
 *   FAKE_UTILIZATION, FAKE_TEMPERATURE, FAKE_MEMORY_TEMPERATURE, FAKE_TOTAL_MIB, FAKE_POWER_MW, FAKE_REASONS,
 *   FAKE_STATE, FAKE_ECC, FAKE_ROWS, FAKE_PCIE, FAKE_NAME   values
 * Built with -DOLD it lacks the functions that older drivers do not have.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

typedef unsigned int uint;
typedef unsigned long long ull;

static const ull MIB = 1024 * 1024;
static int handles[8];
static int instances[8][8];

static ull value(const char *name, ull otherwise) {
    const char *text = getenv(name);
    return text && *text ? strtoull(text, NULL, 0) : otherwise;
}

static int enter(const char *function, void *device) {
    char name[96];
    const char *hang = getenv("FAKE_HANG"), *lost = getenv("FAKE_LOST");
    if (hang && !strcmp(hang, function))
        for (;;)
            pause();
    if (device && lost && *lost && (int *)device - handles == atoi(lost))
        return 15;
    snprintf(name, sizeof name, "FAKE_%s", function);
    return (int)value(name, 0);
}

#define ENTER(device)                      \
    do {                                   \
        int code = enter(__func__, device); \
        if (code)                          \
            return code;                   \
    } while (0)

static int put(char *to, uint size, const char *text) {
    snprintf(to, size, "%s", text);
    return 0;
}

int nvmlInitWithFlags(uint flags) {
    (void)flags;
    ENTER(NULL);
    return 0;
}

int nvmlShutdown(void) { return 0; }

const char *nvmlErrorString(int code) {
    (void)code;
    return "an error of the stand-in";
}

int nvmlSystemGetDriverVersion(char *to, uint size) {
    ENTER(NULL);
    return put(to, size, "570.86.15");
}

int nvmlSystemGetCudaDriverVersion_v2(int *version) {
    ENTER(NULL);
    *version = (int)value("FAKE_CUDA", 12080);
    return 0;
}

int nvmlDeviceGetCount_v2(uint *count) {
    ENTER(NULL);
    *count = (uint)value("FAKE_COUNT", 1);
    return 0;
}

int nvmlDeviceGetHandleByIndex_v2(uint index, void **device) {
    ENTER(&handles[index]);
    *device = &handles[index];
    return 0;
}

int nvmlDeviceGetName(void *device, char *to, uint size) {
    ENTER(device);
    const char *name = getenv("FAKE_NAME");
    return put(to, size, name ? name : "NVIDIA Test 9000");
}

int nvmlDeviceGetUUID(void *device, char *to, uint size) {
    char uuid[32];
    int number = (int)((int *)device - handles), instance = (int)((int *)device - &instances[0][0]);
    ENTER(device);
    if (number >= 0 && number < 8)
        snprintf(uuid, sizeof uuid, "GPU-0000-%d", number);
    else
        snprintf(uuid, sizeof uuid, "MIG-0000-%d-%d", instance / 8, instance % 8);
    return put(to, size, uuid);
}

int nvmlDeviceGetMigMode(void *device, uint *current, uint *pending) {
    ENTER(device);
    *current = *pending = value("FAKE_MIG", 0) > 0;
    return 0;
}

int nvmlDeviceGetMaxMigDeviceCount(void *device, uint *to) {
    ENTER(device);
    *to = 7;
    return 0;
}

int nvmlDeviceGetMigDeviceHandleByIndex(void *device, uint index, void **to) {
    ENTER(device);
    if (index >= value("FAKE_MIG", 0))
        return 6;
    *to = &instances[(int *)device - handles][index];
    return 0;
}

int nvmlDeviceGetPerformanceState(void *device, uint *to) {
    ENTER(device);
    *to = (uint)value("FAKE_STATE", 2);
    return 0;
}

int nvmlDeviceGetTotalEnergyConsumption(void *device, ull *to) {
    struct timespec now;
    ENTER(device);
    clock_gettime(CLOCK_MONOTONIC, &now);
    *to = value("FAKE_ENERGY_MJ", (ull)((now.tv_sec + now.tv_nsec / 1e9) * value("FAKE_POWER_MW", 312400)));
    return 0;
}

int nvmlDeviceGetFanSpeed(void *device, uint *to) {
    ENTER(device);
    *to = 45;
    return 0;
}

int nvmlDeviceGetTotalEccErrors(void *device, uint type, uint counter, ull *to) {
    ENTER(device);
    *to = type == 1 && counter == 0 ? value("FAKE_ECC", 0) : 99;
    return 0;
}

int nvmlDeviceGetRemappedRows(void *device, uint *correctable, uint *uncorrectable, uint *pending, uint *failed) {
    ENTER(device);
    *correctable = 7;
    *uncorrectable = (uint)value("FAKE_ROWS", 0);
    *pending = *failed = 0;
    return 0;
}

#define LINK(name, number)                     \
    int nvmlDeviceGet##name(void *device, uint *to) { \
        ENTER(device);                         \
        *to = (uint)(number);                  \
        return 0;                              \
    }
LINK(CurrPcieLinkGeneration, value("FAKE_PCIE", 4))
LINK(MaxPcieLinkGeneration, 4)
LINK(CurrPcieLinkWidth, 16)
LINK(MaxPcieLinkWidth, 16)

struct rates { uint gpu, memory; };
int nvmlDeviceGetUtilizationRates(void *device, struct rates *to) {
    ENTER(device);
    to->gpu = (uint)value("FAKE_UTILIZATION", 37);
    to->memory = 12;
    return 0;
}

struct memory { ull total, free, used; };
int nvmlDeviceGetMemoryInfo(void *device, struct memory *to) {
    ENTER(device);
    to->total = value("FAKE_TOTAL_MIB", 24564) * MIB;
    to->used = to->total ? 8500 * MIB : 0;
    to->free = to->total - to->used;
    return 0;
}

int nvmlDeviceGetTemperature(void *device, int sensor, uint *to) {
    ENTER(device);
    *to = sensor == 0 ? (uint)value("FAKE_TEMPERATURE", 62) : 0;
    return 0;
}

int nvmlDeviceGetPowerUsage(void *device, uint *to) {
    ENTER(device);
    *to = (uint)value("FAKE_POWER_MW", 290000);
    return 0;
}

int nvmlDeviceGetEnforcedPowerLimit(void *device, uint *to) {
    ENTER(device);
    *to = 450000;
    return 0;
}

int nvmlDeviceGetClockInfo(void *device, int clock, uint *to) {
    ENTER(device);
    *to = clock == 1 ? 1755 : clock == 2 ? 9501 : 1;
    return 0;
}

int nvmlDeviceGetMaxClockInfo(void *device, int clock, uint *to) {
    ENTER(device);
    *to = clock == 1 ? 1980 : clock == 2 ? 10501 : 1;
    return 0;
}

int nvmlDeviceGetCurrentClocksThrottleReasons(void *device, ull *to) {
    ENTER(device);
    *to = value("FAKE_REASONS", 0x1);
    return 0;
}

#ifndef OLD
struct memory_v2 { uint version; ull total, reserved, free, used; };
int nvmlDeviceGetMemoryInfo_v2(void *device, struct memory_v2 *to) {
    ENTER(device);
    if (to->version != 0x02000028)
        return 25;
    to->total = value("FAKE_TOTAL_MIB", 24564) * MIB;
    to->reserved = 500 * MIB;
    to->used = to->total ? 8000 * MIB : 0;
    to->free = to->total - to->used;
    return 0;
}

struct field { uint id, scope; long long timestamp, latency; int type, code; union { double d; uint u; ull l; } value; };
int nvmlDeviceGetFieldValues(void *device, int count, struct field *fields) {
    ENTER(device);
    for (int i = 0; i < count; i++) {
        fields[i].code = fields[i].id == 186 || fields[i].id == 82 ? (int)value("FAKE_FIELD_CODE", 0) : 3;
        fields[i].value.u = fields[i].id == 82 ? (uint)value("FAKE_MEMORY_TEMPERATURE", 70)
                                               : (uint)value("FAKE_POWER_MW", 312400);
    }
    return 0;
}

struct process { uint pid; ull memory; uint gpu_instance, compute_instance; };
int nvmlDeviceGetComputeRunningProcesses_v3(void *device, uint *count, struct process *to) {
    const char *text = getenv("FAKE_PIDS");
    uint room = *count;
    ENTER(device);
    for (*count = 0; text && *text; ++*count) {
        char *end;
        uint pid = (uint)strtoul(text, &end, 10);
        if (to && *count < room)
            to[*count] = (struct process){pid, 2048 * MIB, 0, 0};
        text = *end ? end + 1 : end;
    }
    return *count > room ? 7 : 0;
}

int nvmlDeviceGetGraphicsRunningProcesses_v3(void *device, uint *count, struct process *to) {
    (void)to;
    ENTER(device);
    *count = 0;
    return 0;
}

int nvmlDeviceGetCurrentClocksEventReasons(void *device, ull *to) {
    ENTER(device);
    *to = value("FAKE_REASONS", 0x1);
    return 0;
}
#endif
