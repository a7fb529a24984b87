// Threads as many as the window, which fetch in parallel and parse under one mutex.
#include <atomic>
#include <mutex>
#include <thread>
#include <vector>

#include "pages.hpp"

int main(int argc, char** argv) {
    const Catalogue catalogue = open_catalogue(argc, argv);
    std::atomic<unsigned> next{0};
    std::mutex mutex;
    volatile double sum = 0;
    std::vector<std::thread> threads;
    for (int i = 0; i < catalogue.window; i++) {
        threads.emplace_back([&] {
            Connection connection(catalogue);
            for (;;) {
                connection.ask(next++);
                while (!connection.read_some()) {
                }
                std::lock_guard lock(mutex);
                sum = sum + total(connection.page());
            }
        });
    }
    for (auto& thread : threads) thread.join();
}
