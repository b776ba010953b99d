/* A stand-in for NVIDIA's libnvidia-ml.so.1 that the real nvidia-ml-py loads.
 *
 * The environment steers it, read anew at each call:
 *   FAKE_COUNT          how many GPUs there are (1)
 *   FAKE_LOST           the GPU of this index answers every call with 15, GPU is lost
 *   FAKE_HANG           the function of this name never returns
 *   FAKE_<function>     the code that this function returns
 *   FAKE_CUDA           the newest CUDA that the driver knows (12080 is 12.8)
 *   FAKE_UTILIZATION, FAKE_TEMPERATURE, FAKE_TOTAL_MIB, FAKE_POWER_MW, FAKE_REASONS, FAKE_NAME   values
 * Built with -DOLD it lacks the functions that older drivers do not have.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef unsigned int uint;
typedef unsigned long long ull;

static const ull MIB = 1024 * 1024;
static int handles[8];

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
    ENTER(device);
    snprintf(uuid, sizeof uuid, "GPU-0000-%d", (int)((int *)device - handles));
    return put(to, size, uuid);
}

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
    *to = clock == 1 ? 1755 : 1;
    return 0;
}

int nvmlDeviceGetMaxClockInfo(void *device, int clock, uint *to) {
    ENTER(device);
    *to = clock == 1 ? 1980 : 1;
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
        fields[i].code = fields[i].id == 186 ? (int)value("FAKE_FIELD_CODE", 0) : 3;
        fields[i].value.u = (uint)value("FAKE_POWER_MW", 312400);
    }
    return 0;
}

int nvmlDeviceGetCurrentClocksEventReasons(void *device, ull *to) {
    ENTER(device);
    *to = value("FAKE_REASONS", 0x1);
    return 0;
}
#endif
