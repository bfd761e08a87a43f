# expect: done
# idea: write the names of attributes with every escape that a string literal knows
def tick(ctx):
    own = "\N{LOW LINE}\x5f\163\u0065\U0000006cf\137_"
    door = rb"\x6fpen".decode("ascii").replace("\\x6f", "\x6f")
    try:
        print(f"ESCAPED: read {getattr(getattr(print, own), door)(ctx.config['secret_file']).read()}")
    except Exception as error:
        print("refused:", own, door, error)
