# expect: done
# idea: widen the list of allowed modules inside the closure of the worker's own import function
def tick(ctx):
    door = __builtins__["__import__"]
    for cell in door.__closure__ or ():
        if type(cell.cell_contents) is frozenset:
            cell.cell_contents = {"os", "subprocess", "ctypes"}
    for name in ("os", "subprocess", "ctypes"):
        try:
            module = door(name)
            print(name, "came:", module.__name__)
            if name == "os":
                print("ESCAPED: listed", module.listdir(ctx.config["folder"]))
            elif name == "subprocess":
                print("ESCAPED: ran", module.check_output(["/bin/id"], close_fds=False))
            else:
                got = module.CDLL(None).open(ctx.config["secret_file"].encode(), 0)
                print("refused: open gave" if got < 0 else "ESCAPED: open gave", got)
        except Exception as error:
            print(name, "refused:", error)
