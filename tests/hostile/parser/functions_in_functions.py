# expect: error SyntaxError | memory | error MemoryError | error RecursionError | crash | done
# full: error SyntaxError | memory | error MemoryError | error RecursionError | crash | done
# idea: define functions and classes ninety deep in one another
class C0:
 def f1(a1=lambda: [a for a in ()]):
  class C2:
   def f3(a3=lambda: [a for a in ()]):
    class C4:
     def f5(a5=lambda: [a for a in ()]):
      class C6:
       def f7(a7=lambda: [a for a in ()]):
        class C8:
         def f9(a9=lambda: [a for a in ()]):
          class C10:
           def f11(a11=lambda: [a for a in ()]):
            class C12:
             def f13(a13=lambda: [a for a in ()]):
              class C14:
               def f15(a15=lambda: [a for a in ()]):
                class C16:
                 def f17(a17=lambda: [a for a in ()]):
                  class C18:
                   def f19(a19=lambda: [a for a in ()]):
                    class C20:
                     def f21(a21=lambda: [a for a in ()]):
                      class C22:
                       def f23(a23=lambda: [a for a in ()]):
                        class C24:
                         def f25(a25=lambda: [a for a in ()]):
                          class C26:
                           def f27(a27=lambda: [a for a in ()]):
                            class C28:
                             def f29(a29=lambda: [a for a in ()]):
                              class C30:
                               def f31(a31=lambda: [a for a in ()]):
                                class C32:
                                 def f33(a33=lambda: [a for a in ()]):
                                  class C34:
                                   def f35(a35=lambda: [a for a in ()]):
                                    class C36:
                                     def f37(a37=lambda: [a for a in ()]):
                                      class C38:
                                       def f39(a39=lambda: [a for a in ()]):
                                        class C40:
                                         def f41(a41=lambda: [a for a in ()]):
                                          class C42:
                                           def f43(a43=lambda: [a for a in ()]):
                                            class C44:
                                             def f45(a45=lambda: [a for a in ()]):
                                              class C46:
                                               def f47(a47=lambda: [a for a in ()]):
                                                class C48:
                                                 def f49(a49=lambda: [a for a in ()]):
                                                  class C50:
                                                   def f51(a51=lambda: [a for a in ()]):
                                                    class C52:
                                                     def f53(a53=lambda: [a for a in ()]):
                                                      class C54:
                                                       def f55(a55=lambda: [a for a in ()]):
                                                        class C56:
                                                         def f57(a57=lambda: [a for a in ()]):
                                                          class C58:
                                                           def f59(a59=lambda: [a for a in ()]):
                                                            class C60:
                                                             def f61(a61=lambda: [a for a in ()]):
                                                              class C62:
                                                               def f63(a63=lambda: [a for a in ()]):
                                                                class C64:
                                                                 def f65(a65=lambda: [a for a in ()]):
                                                                  class C66:
                                                                   def f67(a67=lambda: [a for a in ()]):
                                                                    class C68:
                                                                     def f69(a69=lambda: [a for a in ()]):
                                                                      class C70:
                                                                       def f71(a71=lambda: [a for a in ()]):
                                                                        class C72:
                                                                         def f73(a73=lambda: [a for a in ()]):
                                                                          class C74:
                                                                           def f75(a75=lambda: [a for a in ()]):
                                                                            class C76:
                                                                             def f77(a77=lambda: [a for a in ()]):
                                                                              class C78:
                                                                               def f79(a79=lambda: [a for a in ()]):
                                                                                class C80:
                                                                                 def f81(a81=lambda: [a for a in ()]):
                                                                                  class C82:
                                                                                   def f83(a83=lambda: [a for a in ()]):
                                                                                    class C84:
                                                                                     def f85(a85=lambda: [a for a in ()]):
                                                                                      class C86:
                                                                                       def f87(a87=lambda: [a for a in ()]):
                                                                                        class C88:
                                                                                         def f89(a89=lambda: [a for a in ()]):
                                                                                          pass

def tick(ctx):
    print('ran')
