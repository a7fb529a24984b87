// One thread: polls a window of connections, and parses each page in its loop.
#include <sys/epoll.h>

#include <memory>
#include <vector>

#include "pages.hpp"

int main(int argc, char** argv) {
    const Catalogue catalogue = open_catalogue(argc, argv);
    const int loop = epoll_create1(0);
    std::vector<std::unique_ptr<Connection>> connections;
    unsigned next = 0;
    for (int i = 0; i < catalogue.window; i++) {
        auto& c = connections.emplace_back(std::make_unique<Connection>(catalogue));
        epoll_event event{};
        event.events = EPOLLIN;
        event.data.ptr = c.get();
        epoll_ctl(loop, EPOLL_CTL_ADD, c->fd, &event);
        c->ask(next++);
    }

    volatile double sum = 0;
    std::vector<epoll_event> events(catalogue.window);
    for (;;) {
        const int n = epoll_wait(loop, events.data(), int(events.size()), -1);
        for (int i = 0; i < n; i++) {
            auto* c = static_cast<Connection*>(events[i].data.ptr);
            if (!c->read_some()) continue;
            sum = sum + total(c->page());
            c->ask(next++);
        }
    }
}
