"""Drives one pump with infupy's Alaris backend and tells, as JSON lines, what that client saw.

Run by infupy.extra.spec.ts with infupy's folder on PYTHONPATH. infupy answers from two threads that share one queue,
so an answer can reach the wrong caller: every step is therefore tried again until its answer has the right form.
"""

import json
import re
import sys
import time

from infupy.backends.alaris import AlarisComm, AlarisSyringe, Command
from infupy.backends.common import CommandError

DEADLINE_SECONDS = 15


def tell(step, value):
    print(json.dumps({"step": step, "value": value}), flush=True)


def until(step, form, attempt):
    """Tries until an answer of this form comes, and tells it."""
    end = time.monotonic() + DEADLINE_SECONDS
    while True:
        try:
            answer = attempt().decode("ascii")
        except CommandError as error:
            answer = repr(error)
        if re.fullmatch(form, answer):
            tell(step, answer)
            return
        if time.monotonic() > end:
            sys.exit(f"{step}: no answer of the form {form}, the last one was {answer}")
        time.sleep(0.05)


def start(syringe):
    reply = syringe.execCommand(Command.infstart)
    if reply.error:
        raise CommandError(reply.value)
    return reply.value


def main(path):
    syringe = AlarisSyringe(AlarisComm(path))
    until("security-code", r"[0-9A-F]{4}", lambda: syringe.securitycode)
    until("set-rate", r"3\.50 ml/h", lambda: syringe.setRate(3.5))
    until("read-rate", r"3\.50 ml/h", syringe.readRate)
    until("start", r"", lambda: start(syringe))
    until("read-volume", r"\d+\.\d{3} ml", syringe.readVolume)
    while True:  # the backend's own thread keeps the pump going until somebody ends this program
        time.sleep(0.5)
        until("read-volume", r"\d+\.\d{3} ml", syringe.readVolume)


main(sys.argv[1])
