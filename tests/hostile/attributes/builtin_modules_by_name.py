# expect: done
# idea: load modules compiled into the interpreter that nobody imported yet, and start a thread with one
def tick(ctx):
    door = print.__self__.__import__
    def other():
        print("ESCAPED: a second thread runs")

    for name in ("_thread", "posix", "_imp", "_signal", "faulthandler", "_tracemalloc"):
        try:
            module = door(name)
            print("has", name)
            if name == "_thread":
                module.start_new_thread(other, ())
                print("ESCAPED: a thread was started")
        except Exception as error:
            print("refused:", name, error)
