"""Processes, as many as cores, each with threads for its share of the window."""
import multiprocessing
import multiprocessing.connection
import os
import sys
import threading

import threads


def end_with_parent():
    multiprocessing.parent_process().join()
    os._exit(1)


def share(url, window):
    # A parent that is killed doesn't end its children.
    threading.Thread(target=end_with_parent, daemon=True).start()
    threads.main(url, window)


def main(url, window):
    cores = len(os.sched_getaffinity(0))
    each = max(1, window // cores)
    processes = [multiprocessing.Process(target=share, args=(url, each), daemon=True) for _ in range(cores)]
    for p in processes:
        p.start()
    multiprocessing.connection.wait([p.sentinel for p in processes])
    sys.exit(1)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
