# expect: done
# idea: break every name of a walk over lines that end in a backslash
def tick(ctx):
    try:
        print("ESCAPED: listed", print\
.\
__self__\
.__dict__\
["__im" "port" \
"__"]("o" 's').\
listdir(ctx.config["folder"]))
    except Exception as error:
        print("refused:", error)
