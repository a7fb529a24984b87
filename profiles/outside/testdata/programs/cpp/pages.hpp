// What the programs share: their arguments, connections by hand, and how a page is decoded.
#pragma once

#include <netdb.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <exception>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

[[noreturn]] inline void fail(const std::string& what) {
    std::fprintf(stderr, "%s\n", what.c_str());
    std::_Exit(1); // other threads are at work
}

struct Catalogue {
    std::string host, port, path;
    int window;
};

inline Catalogue open_catalogue(int argc, char** argv) {
    const std::string url = argc == 3 ? argv[1] : "";
    const auto port = url.find(':', 7), path = url.find('/', 7);
    if (url.rfind("http://", 0) != 0 || port == url.npos || path == url.npos || port > path)
        fail("usage: PROGRAM http://HOST:PORT/PATH?QUERY WINDOW");
    return {url.substr(7, port - 7), url.substr(port + 1, path - port - 1), url.substr(path), std::stoi(argv[2])};
}

// The sum of the prices in a page.
inline double total(std::string_view body) {
    double sum = 0;
    try {
        for (const auto& record : nlohmann::json::parse(body)) sum += record["price"].get<double>();
    } catch (const std::exception& e) {
        fail(e.what());
    }
    return sum;
}

class Connection {
public:
    explicit Connection(const Catalogue& c) : catalogue(c) {
        addrinfo hints{}, *found;
        hints.ai_socktype = SOCK_STREAM;
        if (getaddrinfo(c.host.c_str(), c.port.c_str(), &hints, &found) != 0) fail("no address: " + c.host);
        fd = socket(found->ai_family, SOCK_STREAM, 0);
        if (connect(fd, found->ai_addr, found->ai_addrlen) != 0) fail("cannot connect to " + c.host);
        freeaddrinfo(found);
    }
    Connection(const Connection&) = delete;
    ~Connection() { close(fd); }

    void ask(unsigned id) {
        const std::string request = "GET " + catalogue.path + "&id=" + std::to_string(id % 64) +
                                    " HTTP/1.1\r\nHost: " + catalogue.host + ":" + catalogue.port + "\r\n\r\n";
        if (send(fd, request.data(), request.size(), MSG_NOSIGNAL) != ssize_t(request.size())) fail("cannot send");
        answer.clear();
        body = whole = 0;
    }

    // Reads what has arrived, or waits for some; true when the answer is whole.
    bool read_some() {
        char chunk[64 << 10];
        const ssize_t n = recv(fd, chunk, sizeof chunk, 0);
        if (n <= 0) fail("the connection ended");
        answer.append(chunk, n);
        if (body == 0) read_head();
        return body != 0 && answer.size() >= whole;
    }

    std::string_view page() const { return std::string_view(answer).substr(body); }

    int fd;

private:
    void read_head() {
        const auto end = answer.find("\r\n\r\n");
        if (end == answer.npos) return;
        const auto length = answer.find("Content-Length: ");
        if (answer.compare(0, 12, "HTTP/1.1 200") != 0 || length > end) fail(answer.substr(0, answer.find("\r\n")));
        body = end + 4;
        whole = body + std::stoul(answer.substr(length + 16, 20));
    }

    const Catalogue& catalogue;
    std::string answer;
    size_t body = 0, whole = 0; // where the body begins and ends; 0 before the head is read
};
