#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""datagrams.py SOCKET FILE: takes datagrams at the UNIX socket SOCKET, as systemd does,
and writes each to FILE, with an empty line after it."""
import socket
import sys

listener = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
listener.bind(sys.argv[1])
with open(sys.argv[2], "ab", buffering=0) as file:
    while True:
        file.write(listener.recv(1 << 16).rstrip(b"\n") + b"\n\n")
