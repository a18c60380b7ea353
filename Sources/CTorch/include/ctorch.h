// The C door to libtorch: a versioned table of function pointers that CTorchShim fills in.
//
// Everything crosses this border as plain C. A call that can fail returns 0 for success and a positive number for
// failure, and then writes a message to `*error` that the caller frees with `free_string`. No state is kept between
// calls; nothing throws across the border.
#ifndef CTORCH_H
#define CTORCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// Raised whenever the table below changes. A shim of another version is refused.
#define CTORCH_VERSION 2

/// One owned reference to a tensor. NULL is the undefined tensor.
typedef struct ctorch_tensor_s *ctorch_tensor;
/// An operator of the dispatcher, found by name. Lives as long as the process.
typedef struct ctorch_operator_s *ctorch_operator;
/// A seeded random number generator.
typedef struct ctorch_generator_s *ctorch_generator;
/// A device event with a time.
typedef struct ctorch_event_s *ctorch_event;

typedef enum {
  CTORCH_DEFAULT = 0,  ///< whatever the operator's schema says
  CTORCH_NONE = 1,
  CTORCH_TENSOR = 2,
  CTORCH_INTEGER = 3,
  CTORCH_NUMBER = 4,
  CTORCH_BOOLEAN = 5,
  CTORCH_STRING = 6,
  CTORCH_INTEGERS = 7,
  CTORCH_NUMBERS = 8,
  CTORCH_BOOLEANS = 9,
  CTORCH_TENSORS = 10,
  CTORCH_DTYPE = 11,
  CTORCH_DEVICE = 12,
  CTORCH_GENERATOR = 13
} ctorch_tag;

typedef enum {
  CTORCH_UINT8 = 0,
  CTORCH_INT8 = 1,
  CTORCH_INT16 = 2,
  CTORCH_INT32 = 3,
  CTORCH_INT64 = 4,
  CTORCH_FLOAT16 = 5,
  CTORCH_FLOAT32 = 6,
  CTORCH_FLOAT64 = 7,
  CTORCH_BOOL = 11,
  CTORCH_BFLOAT16 = 15
} ctorch_dtype;

typedef enum { CTORCH_CPU = 0, CTORCH_CUDA = 1, CTORCH_MPS = 13, CTORCH_META = 14 } ctorch_device_type;

typedef struct {
  int32_t type;   ///< ctorch_device_type
  int32_t index;  ///< -1 where it means nothing
} ctorch_device;

/// One argument or result. `count` is the length of a list, or of a string in bytes.
typedef struct {
  int32_t tag;
  int32_t count;
  union {
    ctorch_tensor tensor;
    int64_t integer;  ///< also CTORCH_BOOLEAN and CTORCH_DTYPE
    double number;
    const char *string;
    const int64_t *integers;  ///< also CTORCH_BOOLEANS
    const double *numbers;
    /// As an argument borrowed; as a result owned: `release` each tensor, then `free_tensors` the array.
    const ctorch_tensor *tensors;
    ctorch_device device;
    ctorch_generator generator;
  } as;
} ctorch_value;

#define CTORCH_MAX_DIMENSIONS 16

typedef struct {
  int32_t dtype;
  ctorch_device device;
  int32_t rank;
  bool requires_grad;
  bool is_contiguous;
  bool is_leaf;
  int64_t count;
  int64_t element_bytes;
  int64_t sizes[CTORCH_MAX_DIMENSIONS];
  int64_t strides[CTORCH_MAX_DIMENSIONS];
  void *data;  ///< NULL off the CPU
} ctorch_tensor_info;

typedef struct {
  int64_t allocated_bytes;
  int64_t peak_allocated_bytes;
  int64_t reserved_bytes;    ///< -1 where the allocator does not say
  int64_t allocation_count;  ///< since the process started
} ctorch_memory;

/// One operator that was really issued, forward or backward, with the shapes of its tensor arguments one after
/// another: `ranks[i]` sizes for argument i (-1: not a tensor).
typedef void (*ctorch_observer)(void *context, const char *name, const int64_t *sizes, const int32_t *ranks,
                                int32_t arguments);

/// The backward pass of a function written outside libtorch. `gradients` (borrowed, may hold NULL) are those of the
/// outputs; writes owned gradients of the inputs, or NULL, to `results`. Returns 0, or 1 with a message for
/// `error` made by `copy_string`.
typedef int32_t (*ctorch_backward)(void *context, const ctorch_tensor *gradients, int32_t gradient_count,
                                   ctorch_tensor *results, int32_t result_count, char **error);
typedef void (*ctorch_release)(void *context);

typedef struct {
  int32_t version;
  const char *torch_version;  ///< such as "2.13.0"
  bool has_cuda;

  void (*free_string)(char *string);
  char *(*copy_string)(const char *string);
  void (*free_tensors)(const ctorch_tensor *tensors);

  // Operators
  int32_t (*find_operator)(const char *name, const char *overload, ctorch_operator *result, char **error);
  int32_t (*operator_schema)(ctorch_operator op, char **schema, char **error);
  int32_t (*call)(ctorch_operator op, const ctorch_value *arguments, int32_t count, ctorch_value *results,
                  int32_t capacity, int32_t *result_count, char **error);

  // Tensors
  void (*retain)(ctorch_tensor tensor);
  void (*release)(ctorch_tensor tensor);
  int32_t (*info)(ctorch_tensor tensor, ctorch_tensor_info *result, char **error);
  /// Wraps memory without copying. `release_context` is called once, when the last view is gone.
  int32_t (*from_blob)(void *data, const int64_t *sizes, const int64_t *strides, int32_t rank, int32_t dtype,
                       void *context, ctorch_release release_context, ctorch_tensor *result, char **error);

  // Gradients. The mode is per thread.
  bool (*grad_enabled)(void);
  void (*set_grad_enabled)(bool enabled);
  int32_t (*set_requires_grad)(ctorch_tensor tensor, bool requires_grad, char **error);
  ctorch_tensor (*grad)(ctorch_tensor tensor);
  int32_t (*set_grad)(ctorch_tensor tensor, ctorch_tensor gradient, char **error);
  int32_t (*backward)(const ctorch_tensor *roots, const ctorch_tensor *gradients, int32_t count, char **error);
  int32_t (*gradients)(const ctorch_tensor *outputs, int32_t output_count, const ctorch_tensor *inputs,
                       int32_t input_count, ctorch_tensor *results, char **error);
  /// Makes `outputs` (computed with gradients off) depend on `inputs` through `backward`. Where no input needs a
  /// gradient nothing is recorded and the context is released at once.
  int32_t (*attach_backward)(const char *name, const ctorch_tensor *inputs, int32_t input_count,
                             const ctorch_tensor *outputs, int32_t output_count, ctorch_backward backward,
                             void *context, ctorch_release release_context, char **error);

  // Process-wide settings
  void (*manual_seed)(uint64_t seed);
  int32_t (*make_generator)(ctorch_device device, uint64_t seed, ctorch_generator *result, char **error);
  void (*release_generator)(ctorch_generator generator);
  int32_t (*get_threads)(void);
  int32_t (*set_threads)(int32_t threads, char **error);

  // Memory. On the CPU libtorch's allocator is replaced by a counting one the first time a table is handed out.
  int32_t (*memory)(ctorch_device device, ctorch_memory *result, char **error);
  int32_t (*reset_peak_memory)(ctorch_device device, char **error);
  /// The most bytes of freed CPU memory that are kept for reuse.
  int32_t (*limit_kept_memory)(int64_t bytes, char **error);

  // Devices
  int32_t (*device_count)(int32_t type);
  int32_t (*synchronize)(ctorch_device device, char **error);
  int32_t (*record_event)(ctorch_device device, ctorch_event *result, char **error);
  int32_t (*elapsed_milliseconds)(ctorch_event start, ctorch_event end, double *result, char **error);
  void (*release_event)(ctorch_event event);

  /// Calls `observer` for every operator issued on this thread until `stop_observing`, the backward pass of CPU tensors
  /// included.
  int32_t (*start_observing)(ctorch_observer observer, void *context, uint64_t *handle, char **error);
  void (*stop_observing)(uint64_t handle);
} ctorch_api;

/// Loads the shim's shared library and returns its table, or NULL with a message to be freed with `free`.
const ctorch_api *ctorch_load(const char *path, char **error);

#ifdef __cplusplus
}
#endif
#endif
