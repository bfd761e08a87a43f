# expect: done
# idea: spell attributes and builtins with letters that the parser folds into plain ones
# source: HackTricks
def tick(ctx):
    path = ctx.config["secret_file"]
    try:
        ｏｐｅｎ(path)
    except Exception as error:
        print("refused:", error)
    try:
        print("ESCAPED: read", 𝓅𝓇𝒾𝓃𝓉._＿ｓｅｌｆ_＿.𝔬𝔭𝔢𝔫(path).𝕣𝕖𝕒𝕕())
    except Exception as error:
        print("refused:", error)
    for word in ("ｏｐｅｎ", "_＿import_＿", "ﬁlter"):
        print(word, hasattr(print.__self__, word))
