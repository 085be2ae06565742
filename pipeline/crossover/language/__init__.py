"""The language of expressions: grammar, tree, types, the meaning of functions, and their lowering to primitives."""
