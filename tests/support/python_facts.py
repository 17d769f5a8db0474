"""Facts of Python sources by Python's own parser, as JSON: what outline/ must say as well.

Arguments: files. Output: one line of JSON for each, in order; null where Python itself refuses the file.
"""
import ast
import json
import sys


def dotted(node):
    if isinstance(node, ast.Call):
        node = node.func
    parts = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    if not isinstance(node, ast.Name):
        return ""
    return ".".join(reversed(parts + [node.id]))


def names_exception_type(name):
    last = name.rsplit(".", 1)[-1].lstrip("_")
    if not last:
        return False
    if "A" <= last[0] <= "Z" or last[0] > "\x7f":
        return True
    return not name.startswith(("self.", "cls.")) and last in ("error", "timeout", "herror", "gaierror")


class Body(ast.NodeVisitor):
    """What the body of one function does itself: not in functions, classes and lambdas within."""

    def __init__(self, function):
        self.yields = self.returns = False
        self.raises = set()
        self.made = {}
        for statement in function.body:
            self.visit(statement)

    def skip(self, node):
        pass

    visit_FunctionDef = visit_AsyncFunctionDef = visit_ClassDef = visit_Lambda = skip

    def visit_Yield(self, node):
        self.yields = True
        self.generic_visit(node)

    visit_YieldFrom = visit_Yield

    def visit_Return(self, node):
        nothing = node.value is None or (isinstance(node.value, ast.Constant) and node.value.value is None)
        self.returns = self.returns or not nothing
        self.generic_visit(node)

    def visit_Assign(self, node):
        if isinstance(node.value, ast.Call) and isinstance(node.targets[-1], ast.Name):
            name = dotted(node.value)
            if names_exception_type(name):
                self.made[node.targets[-1].id] = name
        self.generic_visit(node)

    def visit_Raise(self, node):
        name = dotted(node.exc) if node.exc else ""
        if isinstance(node.exc, ast.Name):
            name = self.made.get(name, name)
        if names_exception_type(name):
            for receiver in ("self.", "cls."):
                name = name.removeprefix(receiver)
            self.raises.add(name)
        self.generic_visit(node)


def is_stub(function):
    def says_nothing(statement):
        constant = isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
        ellipsis_or_text = constant and (statement.value.value is ... or isinstance(statement.value.value, str))
        return isinstance(statement, (ast.Pass, ast.Raise)) or ellipsis_or_text

    return all(says_nothing(statement) for statement in function.body)


class Facts(ast.NodeVisitor):
    def __init__(self, source):
        self.source = source
        self.lines = [line + "\n" for line in source.split("\n")]  # splitlines() knows more line ends than Python does
        self.scopes = []  # (kind, name)
        self.definitions = []

    def text(self, node):
        # As ast.get_source_segment, but in linear time.
        first, last = node.lineno - 1, node.end_lineno - 1
        pieces = [line.encode() for line in self.lines[first : last + 1]]
        pieces[-1] = pieces[-1][: node.end_col_offset]
        pieces[0] = pieces[0][node.col_offset :]
        return b"".join(pieces).decode()

    def define(self, node, facts):
        facts["name"] = node.name
        facts["symbol"] = ".".join([name for _, name in self.scopes] + [node.name])
        facts["line"] = node.lineno
        facts["end_line"] = node.end_lineno
        facts["documented"] = ast.get_docstring(node, clean=False) is not None
        self.definitions.append(facts)
        self.scopes.append((facts["kind"], node.name))
        self.generic_visit(node)
        self.scopes.pop()

    def visit_ClassDef(self, node):
        self.define(node, {"kind": "class"})

    def parameters(self, arguments):
        positional = arguments.posonlyargs + arguments.args
        defaults = [None] * (len(positional) - len(arguments.defaults)) + arguments.defaults
        listed = []

        def add(argument, default, kind):
            listed.append(
                {
                    "name": argument.arg,
                    "kind": kind,
                    "type": self.text(argument.annotation) if argument.annotation else "",
                    "default": self.text(default) if default else "",
                }
            )

        for index, (argument, default) in enumerate(zip(positional, defaults)):
            add(argument, default, "positional" if index < len(arguments.posonlyargs) else "positional_or_keyword")
        if arguments.vararg:
            add(arguments.vararg, None, "variadic")
        for argument, default in zip(arguments.kwonlyargs, arguments.kw_defaults):
            add(argument, default, "keyword")
        if arguments.kwarg:
            add(arguments.kwarg, None, "keyword_variadic")
        return listed

    def visit_FunctionDef(self, node):
        method = bool(self.scopes) and self.scopes[-1][0] == "class"
        kind = ("constructor" if node.name == "__init__" else "method") if method else "function"
        parameters = self.parameters(node.args)
        static = any(dotted(decorator).rsplit(".", 1)[-1] == "staticmethod" for decorator in node.decorator_list)
        receivers = ("self", "cls", "mcs", "mcls", "metacls", "metaclass", "_self", "_cls", "__self")
        if method and not static and parameters and parameters[0]["kind"].startswith("positional"):
            if parameters[0]["name"] in receivers:
                del parameters[0]
        body = Body(node)
        returns = body.returns
        if node.returns:
            annotation = self.text(node.returns)
            nothing = annotation in ("None", "NoReturn", "Never", "typing.NoReturn", "typing.Never")
            returns = returns or (is_stub(node) and not nothing)
        self.define(
            node,
            {
                "kind": kind,
                "parameters": parameters,
                "return_type": self.text(node.returns) if node.returns else None,
                "returns_value": returns,
                "yields": body.yields,
                "raises": sorted(body.raises),
                "async": isinstance(node, ast.AsyncFunctionDef),
            },
        )

    visit_AsyncFunctionDef = visit_FunctionDef


def facts_of(path):
    try:
        with open(path, encoding="utf-8", newline="") as file:
            source = file.read()
        facts = Facts(source)
        facts.visit(ast.parse(source))
    except (SyntaxError, UnicodeDecodeError, ValueError, RecursionError):
        return None
    return sorted(facts.definitions, key=lambda definition: definition["line"])


if __name__ == "__main__":
    for name in sys.argv[1:]:
        print(json.dumps(facts_of(name)))
