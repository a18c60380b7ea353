#define _GNU_SOURCE
#include "CSockets.h"

#include <errno.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum { most_files = 256 };

int poller_create(void) { return epoll_create1(EPOLL_CLOEXEC); }

int poller_watch(int poller, int file, uint64_t token, int is_new, int for_writing) {
  struct epoll_event event;
  memset(&event, 0, sizeof event);
  event.events = EPOLLIN | EPOLLRDHUP | (for_writing ? EPOLLOUT : 0);
  event.data.u64 = token;
  return epoll_ctl(poller, is_new ? EPOLL_CTL_ADD : EPOLL_CTL_MOD, file, &event);
}

int poller_wait(int poller, struct ready_file *ready, int most, int64_t nanoseconds) {
  struct epoll_event events[most_files];
  if (most > most_files) most = most_files;
  int count = -1;
#ifdef SYS_epoll_pwait2
  struct timespec time = {.tv_sec = nanoseconds / 1000000000, .tv_nsec = nanoseconds % 1000000000};
  count = (int)syscall(SYS_epoll_pwait2, poller, events, most, nanoseconds < 0 ? NULL : &time, NULL, (size_t)8);
  if (count < 0 && errno == ENOSYS)
#endif
  {
    // Before Linux 5.11: never too early.
    int64_t milliseconds = nanoseconds < 0 ? -1 : nanoseconds / 1000000 + (nanoseconds % 1000000 != 0);
    count = epoll_wait(poller, events, most, milliseconds > 1000000000 ? 1000000000 : (int)milliseconds);
  }
  if (count < 0) return errno == EINTR ? 0 : -1;
  for (int place = 0; place < count; place++) {
    uint32_t happened = events[place].events;
    ready[place].token = events[place].data.u64;
    ready[place].readable = (happened & (EPOLLIN | EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0;
    ready[place].writable = (happened & (EPOLLOUT | EPOLLHUP | EPOLLERR)) != 0;
  }
  return count;
}

int waker_create(void) { return eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK); }

void waker_wake(int waker) {
  uint64_t one = 1;
  // A counter that is full wakes all the same.
  while (write(waker, &one, sizeof one) < 0 && errno == EINTR) {
  }
}

void waker_clear(int waker) {
  uint64_t count;
  while (read(waker, &count, sizeof count) < 0 && errno == EINTR) {
  }
}

void sharpen_timeouts(void) { prctl(PR_SET_TIMERSLACK, 1UL, 0, 0, 0); }

void sleep_until(uint64_t deadline) {
  struct timespec time = {.tv_sec = (time_t)(deadline / 1000000000), .tv_nsec = (long)(deadline % 1000000000)};
  clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &time, NULL);
}

int note_arrivals(int socket) {
  int on = 1;
  return setsockopt(socket, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof on);
}

static ssize_t receive(int socket, void *bytes, size_t capacity, int flags, int64_t *wall) {
  union {
    char space[CMSG_SPACE(sizeof(struct timespec)) + 64];
    struct cmsghdr alignment;
  } control;
  struct iovec vector = {.iov_base = bytes, .iov_len = capacity};
  struct msghdr message = {
      .msg_iov = &vector, .msg_iovlen = 1, .msg_control = control.space, .msg_controllen = sizeof control.space};
  *wall = 0;
  ssize_t count;
  do {
    count = recvmsg(socket, &message, flags | MSG_DONTWAIT);
  } while (count < 0 && errno == EINTR);
  if (count <= 0) return count;
  for (struct cmsghdr *part = CMSG_FIRSTHDR(&message); part; part = CMSG_NXTHDR(&message, part)) {
    if (part->cmsg_level == SOL_SOCKET && part->cmsg_type == SCM_TIMESTAMPNS &&
        part->cmsg_len >= CMSG_LEN(sizeof(struct timespec))) {
      struct timespec stamp;
      memcpy(&stamp, CMSG_DATA(part), sizeof stamp);
      *wall = (int64_t)stamp.tv_sec * 1000000000 + stamp.tv_nsec;
    }
  }
  return count;
}

ssize_t receive_noted(int socket, void *bytes, size_t capacity, int64_t *wall) {
  return receive(socket, bytes, capacity, 0, wall);
}

ssize_t peek_noted(int socket, size_t capacity, int64_t *wall) {
  // Of TCP, what is cut off is not copied: nothing is ever written here.
  static char nowhere[65536];
  return receive(socket, nowhere, capacity < sizeof nowhere ? capacity : sizeof nowhere, MSG_PEEK | MSG_TRUNC, wall);
}
