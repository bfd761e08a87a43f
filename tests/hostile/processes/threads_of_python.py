# expect: error ImportError
# idea: start a thread by every door of the interpreter
# full: done
import sys
import threading
import time

ran = []
starts = [lambda: threading.Thread(target=ran.append, args=(1,)).start(), lambda: threading.Timer(0, ran.append, (1,)).start()]
low = sys.modules["_thread"]
for name in ("start_new_thread", "start_new", "start_joinable_thread"):
    if hasattr(low, name):
        starts.append(lambda name=name: getattr(low, name)(*((ran.append, (1,)) if name != "start_joinable_thread" else (lambda: ran.append(1),))))
for number, start in enumerate(starts):
    try:
        start()
    except (RuntimeError, OSError) as error:
        print("refused:", number, error)
time.sleep(0.05)
print("ESCAPED: a thread ran" if ran else "none ran")
