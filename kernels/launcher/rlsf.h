// What a test case may call. It includes nothing, so that a program sees the headers of its own
// problem and no other. The values go to a channel of their own, not to stdout.
#pragma once

void rlsf_emit_text(char type, const char* data, unsigned long size);
void rlsf_emit_signed(long long value);
void rlsf_emit_unsigned(unsigned long long value);
void rlsf_emit_real(double value);
void rlsf_emit_string(const char* text);

inline void rlsf_emit(bool value) { rlsf_emit_signed(value ? 1 : 0); }
inline void rlsf_emit(char value) { rlsf_emit_text('s', &value, 1); }
inline void rlsf_emit(signed char value) { rlsf_emit_signed(value); }
inline void rlsf_emit(unsigned char value) { rlsf_emit_unsigned(value); }
inline void rlsf_emit(short value) { rlsf_emit_signed(value); }
inline void rlsf_emit(unsigned short value) { rlsf_emit_unsigned(value); }
inline void rlsf_emit(int value) { rlsf_emit_signed(value); }
inline void rlsf_emit(unsigned int value) { rlsf_emit_unsigned(value); }
inline void rlsf_emit(long value) { rlsf_emit_signed(value); }
inline void rlsf_emit(unsigned long value) { rlsf_emit_unsigned(value); }
inline void rlsf_emit(long long value) { rlsf_emit_signed(value); }
inline void rlsf_emit(unsigned long long value) { rlsf_emit_unsigned(value); }
inline void rlsf_emit(float value) { rlsf_emit_real(value); }
inline void rlsf_emit(double value) { rlsf_emit_real(value); }
inline void rlsf_emit(long double value) { rlsf_emit_real(static_cast<double>(value)); }
inline void rlsf_emit(const char* text) { rlsf_emit_string(text); }
inline void rlsf_emit(char* text) { rlsf_emit_string(text); }
inline void rlsf_emit(const void* pointer) { rlsf_emit_text('s', pointer ? "non-null" : "null", pointer ? 8 : 4); }
inline void rlsf_emit(decltype(nullptr)) { rlsf_emit_text('s', "null", 4); }
template <class Text>
auto rlsf_emit(const Text& text) -> decltype(rlsf_emit_text('s', text.data(), text.size())) {
  return rlsf_emit_text('s', text.data(), text.size());
}

using rlsf_case = void (*)();

struct rlsf_program {
  const rlsf_case* const* cases;
  int count;
  // The function under test, where the cases are compiled apart; they reach it through rlsf_target.
  void* target;
};

// What `assert` becomes in a test case: the case ends as failed, the next one goes on.
[[noreturn]] void rlsf_failed(const char* expression);
