# expect: error ImportError
# idea: import the libraries that make pools of processes and threads, and use them
# full: done
import sys

load = sys.modules["importlib"].import_module
for name, use in (("multiprocessing", lambda m: m.Process(target=print).start()), ("concurrent.futures", lambda m: m.ThreadPoolExecutor().submit(print)),
                  ("pty", lambda m: m.spawn("true")), ("multiprocessing.shared_memory", lambda m: m.SharedMemory("cellblock", True, 4096)),
                  ("asyncio", lambda m: m.run(m.sleep(0)))):
    try:
        print("used", name, use(load(name)))
    except (ImportError, OSError, RuntimeError) as error:
        print("refused:", name, type(error).__name__, error)
