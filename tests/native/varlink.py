#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Talks to frspd's socket.

varlink.py SOCKET call METHOD [PARAMETERS]   prints the reply, a JSON object, on a line
varlink.py SOCKET crowd N                    N clients at once: prints how many got an
                                             answer, and each other reply with its number
varlink.py SOCKET garbage N SEED             N connections that send bytes that are no calls
varlink.py SOCKET slow                       calls and calls, reads nothing, until stdin ends
varlink.py SOCKET hot N                      N clients of hot lists at once: as crowd
"""
import collections
import json
import random
import resource
import socket
import sys

STATUS = "io.frsp.GetStatus"


def connect(path):
    peer = socket.socket(socket.AF_UNIX)
    peer.connect(path)  # waits, if too many others wait, too
    peer.settimeout(20)
    return peer


def send(peer, method, parameters=None):
    call = {"method": method}
    if parameters is not None:
        call["parameters"] = parameters
    try:
        peer.sendall(json.dumps(call).encode() + b"\0")
    except (BrokenPipeError, ConnectionResetError):
        pass  # it may have said why


def receive(peer):
    """The next reply as text; "": the peer has hung up."""
    text = b""
    while not text.endswith(b"\0"):
        try:
            more = peer.recv(65536)
        except ConnectionResetError:
            more = b""
        if not more:
            return ""
        text += more
    return text[:-1].decode()


def call(path, method, parameters="null"):
    peer = connect(path)
    send(peer, method, json.loads(parameters))
    print(receive(peer))


def crowd(path, n, method=STATUS):
    resource.setrlimit(resource.RLIMIT_NOFILE, (4096, 4096))
    seen = collections.Counter()
    peers = [connect(path) for _ in range(int(n))]
    for peer in peers:
        send(peer, method)
        reply = receive(peer)
        seen["answered" if reply.startswith('{"parameters"') else reply] += 1
    for text, count in seen.most_common():
        print(count, text)


def garbage_bytes(dice):
    kind = dice.randrange(6)
    if kind == 0:
        return dice.randbytes(dice.randrange(1, 3000))
    if kind == 1:
        return b"x" * 20000
    if kind == 2:
        return b'{"method":"io.frsp.GetHot","parameters":' + b"[" * dice.randrange(10000)
    if kind == 3:
        return b"\0" * dice.randrange(1, 2000)
    if kind == 4:
        return b"GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n"
    whole = bytearray(b'{"method":"io.frsp.SetMode","parameters":{"filesystem":"x","mode":"off"}}\0')
    for _ in range(dice.randrange(1, 5)):
        whole[dice.randrange(len(whole))] = dice.randrange(256)
    return bytes(whole)


def garbage(path, n, seed):
    dice = random.Random(int(seed))
    for _ in range(int(n)):
        peer = connect(path)
        try:
            peer.sendall(garbage_bytes(dice))
            peer.shutdown(dice.choice([socket.SHUT_WR, socket.SHUT_RDWR]))
            while peer.recv(65536):
                pass
        except OSError:
            pass
        peer.close()


def slow(path):
    peer = connect(path)
    peer.settimeout(1)
    try:
        while True:
            send(peer, STATUS)
    except TimeoutError:
        pass  # it reads no more calls
    print("stuck", flush=True)
    sys.stdin.read()


{
    "call": call,
    "crowd": crowd,
    "garbage": garbage,
    "slow": slow,
    "hot": lambda path, n: crowd(path, n, "io.frsp.GetHot"),
}[sys.argv[2]](sys.argv[1], *sys.argv[3:])
