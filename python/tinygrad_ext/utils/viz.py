"""Pictures of the autograd graph, as torchviz draws them."""

MAX_NODES = 2000    # nobody reads a larger picture, and laying it out takes `dot` ever longer

_INTRO = [
    '  graph [size="{size},{size}"]',
    "  node [align=left fontname=monospace fontsize=10 height=0.2 ranksep=0.1 shape=box style=filled]",
]


class DotGraph:
    """A graph in the DOT language: ``source`` is its text, Jupyter shows it as a picture.

    Writing a picture needs the optional ``graphviz`` package and the ``dot`` program; the text needs neither.

    Example::

        >>> from tinygrad_ext.utils.viz import DotGraph
        >>> print(DotGraph("digraph {a -> b}"))
        digraph {a -> b}
    """

    def __init__(self, source, format="pdf"):
        self.source = source
        self.format = format

    def __str__(self):
        return self.source

    def save(self, filename="Digraph.gv"):
        """Write the DOT text to ``filename`` and return the name."""
        with open(filename, "w", encoding="utf-8") as file:
            file.write(self.source + "\n")
        return filename

    def render(self, filename="Digraph.gv", directory=None, view=False, cleanup=False, format=None, **options):
        """Write ``filename`` (DOT text) and ``filename.format`` (the picture); return the name of the picture.

        Args:
            filename (str): where the DOT text goes; the picture's name is made from it.
            directory (str, optional): folder for both files.
            view (bool): open the picture with the system's viewer.
            cleanup (bool): delete the DOT text afterwards.
            format (str, optional): ``"png"``, ``"svg"``, ``"pdf"`` ...; default: ``self.format``.
            options: further keywords of ``graphviz.Source.render``.

        Raises:
            RuntimeError: if the ``graphviz`` package or the ``dot`` program is missing.
        """
        return self._run("render", filename=filename, directory=directory, view=view, cleanup=cleanup,
                         format=format or self.format, **options)

    def view(self, filename="Digraph.gv", **options):
        """Render and open the picture."""
        return self.render(filename, view=True, **options)

    def pipe(self, format=None):
        """The picture as bytes."""
        return self._run("pipe", format=format or self.format)

    def _run(self, method, **options):
        try:
            import graphviz
        except ImportError:
            raise RuntimeError("drawing needs the graphviz package: pip install graphviz") from None
        try:
            return getattr(graphviz.Source(self.source), method)(**options)
        except graphviz.ExecutableNotFound:
            raise RuntimeError("drawing needs the `dot` program: apt install graphviz (or brew, conda ...)") from None

    def _repr_mimebundle_(self, include=None, exclude=None, **options):
        try:
            return {"image/svg+xml": self.pipe("svg").decode("utf-8")}
        except RuntimeError as missing:
            return {"text/plain": f"# {missing}\n{self.source}"}


def make_dot(var, params=None, show_attrs=False, show_saved=False, max_attr_chars=50):
    r"""Draw the graph that made ``var``, from the result back to the leaves.

    Grey boxes are backward nodes, blue ones leaves that collect a gradient (shape in brackets, name from ``params``),
    the dark green one is the result, orange ones are tensors saved for backward. Arrows point the way the data went.
    At most :data:`MAX_NODES` boxes are drawn; when there are more, the picture and a warning say so.

    Args:
        var (Tensor or tuple of Tensors): the result(s), usually the loss.
        params (dict of str to Tensor, optional): names for tensors, e.g. ``dict(model.named_parameters())``.
        show_attrs (bool): list the values that each node keeps besides tensors.
        show_saved (bool): draw the tensors that each node keeps.
        max_attr_chars (int): cut listed values after so many characters.

    Returns:
        DotGraph: its ``source`` is the DOT text, ``render("name", format="png")`` writes a picture, Jupyter shows it.

    Raises:
        TypeError: if ``var`` or a value of ``params`` is not a tensor.

    Example::

        >>> import tinygrad_ext as torch
        >>> from tinygrad_ext.utils.viz import make_dot
        >>> w = torch.ones(2, 3, requires_grad=True)
        >>> print(make_dot(w.sum(), params={"w": w}))
        digraph {
          graph [size="12,12"]
          node [align=left fontname=monospace fontsize=10 height=0.2 ranksep=0.1 shape=box style=filled]
          n0 [label="\n ()" fillcolor=darkolivegreen1]
          n1 [label=SumBackward0]
          n2 -> n1
          n3 [label="w\n (2, 3)" fillcolor=lightblue]
          n3 -> n2
          n2 [label=AccumulateGrad]
          n1 -> n0
        }
    """
    drawing = _Drawing(params, show_attrs, show_saved, max_attr_chars)
    for result in var if isinstance(var, (tuple, list)) else [var]:
        if not _is_tensor(result):
            raise TypeError(f"make_dot(): expected a Tensor or a tuple of Tensors, got {type(result).__name__}")
        drawing.add_result(result)
    return DotGraph(drawing.text())


def _is_tensor(value):
    return hasattr(value, "grad_fn") and hasattr(value, "shape")


def _quoted(text):
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


class _Drawing:
    """The lines of one DOT text. Objects are numbered as they are met, so equal graphs give equal texts."""

    def __init__(self, params, show_attrs, show_saved, max_attr_chars):
        self.names = {}
        for name, tensor in (params or {}).items():
            if not _is_tensor(tensor):
                raise TypeError(f"make_dot(): params['{name}'] should be a Tensor, got {type(tensor).__name__}")
            self.names[id(tensor)] = name
        self.show_attrs, self.show_saved, self.max_attr_chars = show_attrs, show_saved, max_attr_chars
        self.lines = []
        self.numbers = {}       # id(object) -> its name in the text
        self.alive = []         # keeps every numbered object, so that no id is used twice
        self.walked = set()
        self.full = False

    def text(self):
        size = f"{max(12.0, 0.15 * len(self.lines)):g}"
        intro = [line.format(size=size) for line in _INTRO]
        return "\n".join(["digraph {", *intro, *self.lines, "}"])

    def box(self, thing):
        if id(thing) not in self.numbers:
            self.numbers[id(thing)] = f"n{len(self.numbers)}"
            self.alive.append(thing)
        return self.numbers[id(thing)]

    def edge(self, source, target, style=""):
        self.lines.append(f"  {self.box(source)} -> {self.box(target)}{style}")

    def tensor(self, tensor, colour):
        self.lines.append(self.tensor_line(tensor, self.names.get(id(tensor), ""), tensor.shape, colour))

    def tensor_line(self, thing, name, shape, colour):
        label = f"{name}\n ({', '.join(map(str, shape))})"
        return f"  {self.box(thing)} [label={_quoted(label)} fillcolor={colour}]"

    def add_result(self, tensor):
        """The result, its graph and, when it is a view, what it is a view of."""
        if id(tensor) in self.walked:
            return
        self.walked.add(id(tensor))
        self.tensor(tensor, "darkolivegreen1")
        self.history(tensor)
        if tensor._is_view():
            self.tensor(tensor._base, "darkolivegreen3")
            self.history(tensor._base)
            self.edge(tensor._base, tensor, " [style=dotted]")

    def history(self, tensor):
        if tensor.grad_fn is not None:
            self.walk(tensor.grad_fn)
            self.edge(tensor.grad_fn, tensor)

    def walk(self, root):
        """Depth first with a list for a stack: a chain of any length must not exhaust Python's."""
        pending = [(root, None)]
        while pending:
            node, user = pending.pop()
            new = id(node) not in self.walked
            if new and len(self.walked) >= MAX_NODES:
                self.stop()
                return
            if user is not None:
                self.edge(node, user)
            if not new:
                continue
            self.walked.add(id(node))
            self.node(node)
            pending += [(source, node) for source, _ in reversed(node.next_functions) if source is not None]

    def node(self, node):
        values = self.kept_by(node) if self.show_attrs or self.show_saved else {}
        if self.show_saved:
            for name, value in values.items():
                self.saved(node, name, value)
        if hasattr(node, "variable"):
            self.tensor(node.variable, "lightblue")
            self.edge(node.variable, node)
        label = type(node).__name__
        if self.show_attrs and values:
            label = self.table(label, values)
        self.lines.append(f"  {self.box(node)} [label={label if label.isidentifier() else _quoted(label)}]")

    def kept_by(self, node):
        """What the node keeps for backward, by name; a custom Function's tensors go by their names in `params`."""
        kept = {}
        try:
            for attribute in sorted(dir(node)):
                if attribute.startswith("_saved_"):
                    kept[attribute.removeprefix("_saved_")] = getattr(node, attribute)
            for i, tensor in enumerate(getattr(node, "saved_tensors", ())):
                kept[self.names.get(id(tensor), f"saved_tensors[{i}]")] = tensor
        except RuntimeError:        # backward() has freed the tensors
            kept["tensors"] = "freed"
        return kept

    def saved(self, node, name, value):
        if _is_tensor(value):
            # an intermediate gets a box at each node that keeps it, a leaf is one box wherever it is kept
            shown = value if value.is_leaf else object()
            drawn = id(shown) in self.numbers
            self.edge(node, shown, " [dir=none]")
            if not drawn:
                self.lines.append(self.tensor_line(shown, name, value.shape, "orange"))
        elif isinstance(value, tuple):
            for i, item in enumerate(value):
                self.saved(node, f"{name}[{i}]", item)

    def table(self, title, values):
        """The node's name over a column of what it keeps."""
        texts = {name: self.described(value)[:self.max_attr_chars] for name, value in values.items()}
        left, right = max(map(len, texts)), max(map(len, texts.values()))
        rule = "-" * max(left + right + 2, len(title))
        return "\n".join([title, rule, *(f"{name:<{left}}: {text:>{right}}" for name, text in texts.items())])

    @staticmethod
    def described(value):
        if _is_tensor(value):
            return "[saved tensor]"
        if isinstance(value, tuple) and any(map(_is_tensor, value)):
            return "[saved tensors]"
        return str(value)

    def stop(self):
        if not self.full:
            self.full = True
            text = f"make_dot(): the graph has more than {MAX_NODES} nodes; the rest is not drawn"
            self.lines.append(f"  more [label={_quoted(text)} fillcolor=tomato]")
            import warnings
            warnings.warn(text, stacklevel=6)
