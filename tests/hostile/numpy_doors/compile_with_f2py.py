# expect: done
# idea: have f2py or the remains of distutils start a compiler
import numpy as np


def tick(ctx):
    for trail in ("f2py.compile", "f2py.run_main", "distutils.exec_command.exec_command", "f2py.diagnose.run", "test"):
        value = np
        try:
            for part in trail.split("."):
                value = getattr(value, part)
            got = value("end\n") if trail == "f2py.compile" else value(["id"]) if "." in trail else value(verbose=0)
            print(trail, "gave", got)
        except BASE as error:
            print(trail, "refused:", type(error).__name__, str(error)[:80])


BASE = Exception.__base__
