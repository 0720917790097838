/*
 * sink PORT COUNT: a next hop that is never the bottleneck. Accepts every message, answers each command at once, and ends
 * when COUNT messages have come, or when nothing has come for 60 seconds. Prints: messages, seconds from first to last.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { LINE_MAX_OCTETS = 1024, EVENTS = 128, OUT_MAX = 4096 };

struct client {
  int fd;
  int in_content;
  size_t length;
  char line[LINE_MAX_OCTETS];
};

static long messages;
static double first_at, last_at;

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static const char *answer(struct client *c) {
  if (strncasecmp(c->line, "EHLO", 4) == 0) return "250-sink\r\n250-PIPELINING\r\n250-8BITMIME\r\n250 ENHANCEDSTATUSCODES\r\n";
  if (strncasecmp(c->line, "QUIT", 4) == 0) return "221 2.0.0 bye\r\n";
  if (strncasecmp(c->line, "DATA", 4) == 0) {
    c->in_content = 1;
    return "354 go\r\n";
  }
  return "250 2.0.0 ok\r\n";
}

/* One line is complete, without its CRLF. */
static const char *take(struct client *c) {
  c->line[c->length] = 0;
  if (!c->in_content) return answer(c);
  if (c->length != 1 || c->line[0] != '.') return "";
  c->in_content = 0;
  messages++;
  last_at = now();
  if (first_at == 0) first_at = last_at;
  return "250 2.0.0 taken\r\n";
}

static void receive(struct client *c, const char *octets, ssize_t count) {
  char out[OUT_MAX];
  size_t out_length = 0;
  for (ssize_t i = 0; i < count; i++) {
    if (octets[i] != '\n') {
      if (c->length < LINE_MAX_OCTETS - 1) c->line[c->length++] = octets[i];
      continue;
    }
    if (c->length > 0 && c->line[c->length - 1] == '\r') c->length--;
    const char *reply = take(c);
    size_t reply_length = strlen(reply);
    if (out_length + reply_length > OUT_MAX) {
      if (write(c->fd, out, out_length) < 0) return;
      out_length = 0;
    }
    memcpy(out + out_length, reply, reply_length);
    out_length += reply_length;
    c->length = 0;
  }
  if (out_length > 0 && write(c->fd, out, out_length) < 0) return;
}

int main(int argc, char **argv) {
  if (argc != 3) return 2;
  long wanted = atol(argv[2]);
  int one = 1, server = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), poll = epoll_create1(0);
  struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons((unsigned short)atoi(argv[1])), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  setsockopt(server, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
  if (bind(server, (struct sockaddr *)&at, sizeof at) || listen(server, 1024)) return perror("sink"), 2;
  struct epoll_event event = {.events = EPOLLIN}, events[EVENTS];
  epoll_ctl(poll, EPOLL_CTL_ADD, server, &event);
  puts("ready");
  fflush(stdout);
  static char buffer[65536];
  double heard = now();
  while (messages < wanted && now() - heard < 60) {
    int ready = epoll_wait(poll, events, EVENTS, 1000);
    for (int i = 0; i < ready; i++) {
      heard = now();
      struct client *c = events[i].data.ptr;
      if (c == NULL) {
        int fd = accept4(server, NULL, NULL, SOCK_NONBLOCK);
        if (fd < 0) continue;
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
        c = calloc(1, sizeof *c);
        c->fd = fd;
        struct epoll_event added = {.events = EPOLLIN, .data.ptr = c};
        epoll_ctl(poll, EPOLL_CTL_ADD, fd, &added);
        if (write(fd, "220 sink ESMTP\r\n", 16) < 0) continue;
        continue;
      }
      ssize_t count = read(c->fd, buffer, sizeof buffer);
      if (count > 0) receive(c, buffer, count);
      else if (count == 0 || errno != EAGAIN) close(c->fd), free(c);
    }
  }
  printf("%ld %.3f\n", messages, last_at - first_at);
  return messages < wanted;
}
