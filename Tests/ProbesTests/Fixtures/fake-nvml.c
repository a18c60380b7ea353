// A management library with as many devices as DEVICES says, which answer with known numbers. What FLAGS leaves out
// answers "not supported". Each reading of an energy counter finds (device + 1) x 500 mJ more in it.
#ifndef DEVICES
#define DEVICES 2
#endif
#ifndef FLAGS
#define FLAGS 7
#endif
#define ENERGY 1
#define POWER 2
#define MEMORY 4
#define NOT_SUPPORTED 3

#include <stdio.h>
#include <string.h>

struct device {
  unsigned index;
  unsigned long long energy;
};
static struct device devices[16];
static int started = 0;

int nvmlInit_v2(void) {
#ifdef FAILS_TO_START
  return 9;
#endif
  started += 1;
  for (unsigned i = 0; i < 16; i++) devices[i].index = i;
  return 0;
}
int nvmlShutdown(void) {
  started -= 1;
  return 0;
}
const char *nvmlErrorString(int code) {
  switch (code) {
    case 3: return "Not Supported";
    case 6: return "Not Found";
    case 9: return "Driver Not Loaded";
    default: return "Unknown Error";
  }
}
int nvmlSystemGetDriverVersion(char *text, unsigned length) {
  snprintf(text, length, "570.1.2");
  return 0;
}
int nvmlDeviceGetCount_v2(unsigned *count) {
  if (started < 1) return 1;
  *count = DEVICES;
  return 0;
}
int nvmlDeviceGetHandleByIndex_v2(unsigned index, struct device **device) {
  if (index >= DEVICES) return 2;
  *device = &devices[index];
  return 0;
}
int nvmlDeviceGetUUID(struct device *device, char *text, unsigned length) {
  snprintf(text, length, "GPU-%04u-abcd", device->index);
  return 0;
}
int nvmlDeviceGetHandleByUUID(const char *identifier, struct device **device) {
  char own[32];
  for (unsigned i = 0; i < DEVICES; i++) {
    nvmlDeviceGetUUID(&devices[i], own, sizeof own);
    if (strcmp(own, identifier) == 0) {
      *device = &devices[i];
      return 0;
    }
  }
  return 6;
}
int nvmlDeviceGetName(struct device *device, char *text, unsigned length) {
  (void)device;
  snprintf(text, length, "Fake Accelerator");
  return 0;
}
int nvmlDeviceGetMemoryInfo(struct device *device, unsigned long long *fields) {
  if (!(FLAGS & MEMORY)) return NOT_SUPPORTED;
  fields[0] = 16ull << 30;
  fields[2] = (device->index + 1ull) << 30;
  fields[1] = fields[0] - fields[2];
  return 0;
}
int nvmlDeviceGetUtilizationRates(struct device *device, unsigned *percent) {
  percent[0] = 50 + 40 * device->index;
  percent[1] = 10;
  return 0;
}
int nvmlDeviceGetPowerUsage(struct device *device, unsigned *milliwatts) {
  if (!(FLAGS & POWER)) return NOT_SUPPORTED;
  *milliwatts = 100000 * (device->index + 1);
  return 0;
}
int nvmlDeviceGetTotalEnergyConsumption(struct device *device, unsigned long long *millijoules) {
  if (!(FLAGS & ENERGY)) return NOT_SUPPORTED;
  device->energy += 500ull * (device->index + 1);
  *millijoules = device->energy;
  return 0;
}
