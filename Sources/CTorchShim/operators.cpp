// Calls any operator of the dispatcher, boxed: arguments are matched against its schema.
#include "shim.h"

#include <ATen/core/dispatch/Dispatcher.h>

#include <sstream>

namespace ctorch {
namespace {

using c10::IValue;
using c10::TypeKind;

/// An operator with what is asked of its schema at every call.
struct Operator {
  c10::OperatorHandle handle;
  explicit Operator(c10::OperatorHandle found) : handle(std::move(found)) {}
};

const Operator &resolve(ctorch_operator op) { return *reinterpret_cast<const Operator *>(op); }

/// The kind of an argument under its `?`, if it has one.
c10::TypePtr without_optional(const c10::TypePtr &type) {
  if (auto optional = type->cast<c10::OptionalType>()) {
    return optional->getElementType();
  }
  return type;
}

IValue tensor_list(const ctorch_value &value, const c10::Argument &argument) {
  const c10::TypePtr type = without_optional(argument.type());
  const bool elements_optional =
      type->kind() == TypeKind::ListType && type->containedType(0)->kind() == TypeKind::OptionalType;
  if (elements_optional) {
    c10::List<std::optional<at::Tensor>> list;
    list.reserve(value.count);
    for (int32_t i = 0; i < value.count; ++i) {
      ctorch_tensor handle = value.as.tensors[i];
      list.push_back(handle == nullptr ? std::optional<at::Tensor>() : std::optional<at::Tensor>(borrow(handle)));
    }
    return list;
  }
  c10::List<at::Tensor> list;
  list.reserve(value.count);
  for (int32_t i = 0; i < value.count; ++i) {
    list.push_back(borrow(value.as.tensors[i]));
  }
  return list;
}

IValue to_ivalue(const ctorch_value &value, const c10::Argument &argument) {
  switch (static_cast<ctorch_tag>(value.tag)) {
    case CTORCH_DEFAULT:
      TORCH_CHECK(argument.default_value().has_value(), "argument '", argument.name(), "' has no default");
      return *argument.default_value();
    case CTORCH_NONE:
      return IValue();
    case CTORCH_TENSOR:
      return value.as.tensor == nullptr && argument.type()->kind() == TypeKind::OptionalType
                 ? IValue()
                 : IValue(borrow(value.as.tensor));
    case CTORCH_INTEGER:
      // A schema's float takes an integer written by a caller who had one.
      if (without_optional(argument.type())->kind() == TypeKind::FloatType) {
        return static_cast<double>(value.as.integer);
      }
      return value.as.integer;
    case CTORCH_NUMBER:
      return value.as.number;
    case CTORCH_BOOLEAN:
      return value.as.integer != 0;
    case CTORCH_STRING:
      return std::string(value.as.string, static_cast<size_t>(value.count));
    case CTORCH_INTEGERS:
      return std::vector<int64_t>(value.as.integers, value.as.integers + value.count);
    case CTORCH_NUMBERS:
      return std::vector<double>(value.as.numbers, value.as.numbers + value.count);
    case CTORCH_BOOLEANS: {
      c10::List<bool> list;
      for (int32_t i = 0; i < value.count; ++i) list.push_back(value.as.integers[i] != 0);
      return list;
    }
    case CTORCH_TENSORS:
      return tensor_list(value, argument);
    case CTORCH_DTYPE:
      return value.as.integer;
    case CTORCH_DEVICE:
      return device(value.as.device);
    case CTORCH_GENERATOR:
      return *reinterpret_cast<const at::Generator *>(value.as.generator);
  }
  TORCH_CHECK(false, "argument '", argument.name(), "' has the unknown tag ", value.tag);
}

ctorch_value to_value(const IValue &result) {
  ctorch_value value = {};
  if (result.isTensor()) {
    value.tag = CTORCH_TENSOR;
    value.as.tensor = give(result.toTensor());
  } else if (result.isTensorList()) {
    const auto list = result.toTensorVector();
    auto *tensors = new ctorch_tensor[list.size()];
    for (size_t i = 0; i < list.size(); ++i) tensors[i] = give(list[i]);
    value.tag = CTORCH_TENSORS;
    value.count = static_cast<int32_t>(list.size());
    value.as.tensors = tensors;
  } else if (result.isInt()) {
    value.tag = CTORCH_INTEGER;
    value.as.integer = result.toInt();
  } else if (result.isSymInt()) {
    value.tag = CTORCH_INTEGER;
    value.as.integer = result.toSymInt().guard_int(__FILE__, __LINE__);
  } else if (result.isDouble()) {
    value.tag = CTORCH_NUMBER;
    value.as.number = result.toDouble();
  } else if (result.isBool()) {
    value.tag = CTORCH_BOOLEAN;
    value.as.integer = result.toBool();
  } else if (result.isScalar()) {
    value.tag = CTORCH_NUMBER;
    value.as.number = result.toScalar().toDouble();
  } else if (result.isNone()) {
    value.tag = CTORCH_NONE;
  } else {
    TORCH_CHECK(false, "a result of type ", result.tagKind(), " cannot cross the border");
  }
  return value;
}

void release_value(const ctorch_value &value) {
  if (value.tag == CTORCH_TENSOR) {
    c10::raw::intrusive_ptr::decref(reinterpret_cast<c10::intrusive_ptr_target *>(value.as.tensor));
  } else if (value.tag == CTORCH_TENSORS) {
    for (int32_t i = 0; i < value.count; ++i) {
      if (value.as.tensors[i] != nullptr) {
        c10::raw::intrusive_ptr::decref(reinterpret_cast<c10::intrusive_ptr_target *>(value.as.tensors[i]));
      }
    }
    delete[] value.as.tensors;
  }
}

int32_t find_operator(const char *name, const char *overload, ctorch_operator *result, char **error) {
  return guarded(error, [&] {
    auto found = c10::Dispatcher::singleton().findSchema({name, overload});
    TORCH_CHECK(found.has_value(), "this libtorch has no operator ", name, overload[0] == 0 ? "" : ".", overload);
    *result = reinterpret_cast<ctorch_operator>(new Operator(*found));
  });
}

int32_t operator_schema(ctorch_operator op, char **schema, char **error) {
  return guarded(error, [&] {
    std::ostringstream text;
    text << resolve(op).handle.schema();
    *schema = copy_string(text.str());
  });
}

int32_t call(ctorch_operator op, const ctorch_value *arguments, int32_t count, ctorch_value *results,
             int32_t capacity, int32_t *result_count, char **error) {
  return guarded(error, [&] {
    const Operator &target = resolve(op);
    const auto &expected = target.handle.schema().arguments();
    TORCH_CHECK(static_cast<size_t>(count) <= expected.size(), "it takes ", expected.size(), " arguments, not ", count);
    torch::jit::Stack stack;
    stack.reserve(expected.size());
    const ctorch_value use_default = {};
    for (size_t i = 0; i < expected.size(); ++i) {
      stack.push_back(to_ivalue(i < static_cast<size_t>(count) ? arguments[i] : use_default, expected[i]));
    }
    target.handle.callBoxed(stack);
    TORCH_CHECK(stack.size() <= static_cast<size_t>(capacity), "it returns ", stack.size(), " values, room for ",
                capacity);
    int32_t done = 0;
    try {
      for (; done < static_cast<int32_t>(stack.size()); ++done) {
        results[done] = to_value(stack[done]);
      }
    } catch (...) {
      for (int32_t i = 0; i < done; ++i) release_value(results[i]);
      throw;
    }
    *result_count = done;
  });
}

}  // namespace

void fill_operators(ctorch_api &api) {
  api.find_operator = find_operator;
  api.operator_schema = operator_schema;
  api.call = call;
}

}  // namespace ctorch
