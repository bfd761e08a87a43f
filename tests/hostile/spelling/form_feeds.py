# expect: done | error IndentationError
# idea: move the indentation and the line numbers with form feeds, vertical tabs and carriage returns
def tick(ctx):
    first = 1; second = 2
    third = first + second
    fourth = """
inside"""
    try:
        raise ValueError(third)
    except Exception as error:
        print(error.__traceback__.tb_lineno, len(fourth))
    try:
        print("ESCAPED: read", print.__self__.open(ctx.config["secret_file"]).read())
    except Exception as error:
        print("refused:", error)
