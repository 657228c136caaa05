#!/usr/bin/env python3
"""Hold a listening socket as systemd does, and start a server on it as often as it is told to.

usage: activate.py COMMAND...
Prints "port N". For every line on stdin it starts COMMAND with the socket as descriptor 3 and
prints "started PID", and "ended PID STATUS" when that ends. Ends with stdin.
"""
import os
import socket
import sys
import threading

listener = socket.socket()
listener.bind(("127.0.0.1", 0))
listener.listen(1024)
print("port", listener.getsockname()[1], flush=True)
os.dup2(listener.fileno(), 3)
os.set_inheritable(3, True)  # dup2 onto itself leaves it as it was
for _ in sys.stdin:
    pid = os.fork()
    if not pid:
        os.environ.update(LISTEN_FDS="1", LISTEN_PID=str(os.getpid()))
        os.execvp(sys.argv[1], sys.argv[1:])

    def wait(child):
        print("ended", child, os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)

    print("started", pid, flush=True)
    threading.Thread(target=wait, args=(pid,)).start()
