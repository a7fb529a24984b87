"""The entrance: python -B bench/peers/python --help."""

import signal
import sys

if __name__ == "__main__":
    # Ctrl-C is held back until the event loop takes it (peer/run.py): an import
    # that it strikes can swallow it, or make another exception of it.
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        from peer.program import main

        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit("python: interrupted")
