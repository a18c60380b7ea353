// What the measuring client asks of the Linux kernel and Swift's own modules do not bring: epoll(7) with timeouts in
// nanoseconds, and reads that say when what they return arrived.
#ifndef C_SOCKETS_H
#define C_SOCKETS_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/// A file that is ready, by the token with which it was watched.
struct ready_file {
  uint64_t token;
  /// Something can be read, or the far end is gone: a read says which.
  int32_t readable;
  int32_t writable;
};

/// A new poller; -1 and errno where the system has none left.
int poller_create(void);

/// Begins (`is_new`) or changes the watch on a file. Closing the file ends it. 0, or -1 and errno.
int poller_watch(int poller, int file, uint64_t token, int is_new, int for_writing);

/// Waits until a file is ready or the time is over, which is endless where it is negative.
/// The number of ready files; 0 also where a signal came; -1 and errno.
int poller_wait(int poller, struct ready_file *ready, int most, int64_t nanoseconds);

/// A file that another thread can make ready (eventfd(2)); -1 and errno.
int waker_create(void);
void waker_wake(int waker);
void waker_clear(int waker);

/// Lets the calling thread's timeouts be as sharp as the machine can.
void sharpen_timeouts(void);

/// Sleeps until a time of CLOCK_MONOTONIC in nanoseconds, or until a signal comes.
void sleep_until(uint64_t deadline);

/// Asks the kernel to note when what arrives on a socket does so. 0, or -1 and errno where it does not.
int note_arrivals(int socket);

/// Reads without waiting. `wall` becomes the arrival of the last of the bytes by CLOCK_REALTIME in nanoseconds, or 0 where
/// the kernel does not say. The number of bytes, 0 at the stream's end, or -1 and errno.
ssize_t receive_noted(int socket, void *bytes, size_t capacity, int64_t *wall);

/// When the last of the bytes that a read of so many would now return arrived, in `wall` as above; nothing is read.
/// The number of those bytes, 0 at the stream's end, or -1 and errno.
ssize_t peek_noted(int socket, size_t capacity, int64_t *wall);

#endif
