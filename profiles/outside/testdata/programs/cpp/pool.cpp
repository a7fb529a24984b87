// A pool of threads as large as the window, each of which fetches pages and parses them.
#include <atomic>
#include <thread>
#include <vector>

#include "pages.hpp"

int main(int argc, char** argv) {
    const Catalogue catalogue = open_catalogue(argc, argv);
    std::atomic<unsigned> next{0};
    std::vector<std::thread> pool;
    for (int i = 0; i < catalogue.window; i++) {
        pool.emplace_back([&] {
            Connection connection(catalogue);
            volatile double sum = 0;
            for (;;) {
                connection.ask(next++);
                while (!connection.read_some()) {
                }
                sum = sum + total(connection.page());
            }
        });
    }
    for (auto& thread : pool) thread.join();
}
