"""Tagged PDFs (ISO 32000-2 §14.7): a structure tree for a document, and what signing software adds to it with a signature
field. Used by make_pdf.py; every function changes the writer that it is given."""

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import pdf_name, pdf_string


def dictionary(**entries):
    return generic.DictionaryObject({pdf_name("/" + key): value for key, value in entries.items()})


def number(value):
    return generic.NumberObject(value)


def tree(*, kids="array", parents="nums"):
    """A tree of a document with one paragraph: `kids` array, indirect or single; the parents in `nums` or below `kids`."""
    def change(out):
        page = out.find_page_for_modification(0)[0]
        document = out.add_object(dictionary(Type=pdf_name("/StructElem"), S=pdf_name("/Document")))
        paragraph = out.add_object(dictionary(
            Type=pdf_name("/StructElem"), S=pdf_name("/P"), P=document, Pg=page, K=number(0)))
        below = {
            "array": lambda: generic.ArrayObject([paragraph]),
            "indirect": lambda: out.add_object(generic.ArrayObject([paragraph])),
            "single": lambda: paragraph,
        }[kids]()
        document.get_object()[pdf_name("/K")] = below
        pairs = generic.ArrayObject([number(0), generic.ArrayObject([paragraph])])
        if parents == "nums":
            index = dictionary(Nums=pairs)
        else:
            limits = generic.ArrayObject([number(0), number(0)])
            index = dictionary(Kids=generic.ArrayObject([out.add_object(dictionary(Nums=pairs, Limits=limits))]))
        root = out.add_object(dictionary(
            Type=pdf_name("/StructTreeRoot"), K=generic.ArrayObject([document]), ParentTree=out.add_object(index),
            ParentTreeNextKey=number(1)))
        document.get_object()[pdf_name("/P")] = root
        page.get_object()[pdf_name("/StructParents")] = number(0)
        out.update_container(page.get_object())
        out.root[pdf_name("/StructTreeRoot")] = root
        out.root[pdf_name("/MarkInfo")] = dictionary(Marked=generic.BooleanObject(True))
        out.update_root()
    return change


def top(out):
    """The element of the document, and what lies below it, as an array that can be added to."""
    root = out.root["/StructTreeRoot"]
    document = root["/K"][0]
    if not isinstance(document["/K"], generic.ArrayObject):
        document[pdf_name("/K")] = generic.ArrayObject([document.raw_get("/K")])
    return root, document, document["/K"]


def tag(out, widget, **more):
    """What a program adds that signs a tagged document: an element for the field, and the way back to it."""
    root, document, below = top(out)
    page = out.find_page_for_modification(0)[0]
    shown = dictionary(Type=pdf_name("/OBJR"), Obj=widget, Pg=page)
    entries = {"K": shown, **more}
    element = out.add_object(dictionary(
        Type=pdf_name("/StructElem"), S=pdf_name("/Form"), P=root["/K"].raw_get(0), Pg=page, **entries))
    below.append(element)
    out.update_container(below)
    out.update_container(document)
    key = root["/ParentTreeNextKey"]
    index = root["/ParentTree"]
    if "/Kids" in index:
        index = index["/Kids"][0]
        index[pdf_name("/Limits")] = generic.ArrayObject([number(0), number(key)])
    index["/Nums"].extend([number(key), element])
    out.update_container(index)
    root[pdf_name("/ParentTreeNextKey")] = number(key + 1)
    out.update_container(root)
    widget.get_object()[pdf_name("/StructParent")] = number(key)
    return element


def retold(out, widget):
    """The paragraph that was signed is read aloud as something else."""
    tag(out, widget)
    paragraph = top(out)[2][0]
    paragraph[pdf_name("/ActualText")] = pdf_string("1 ty dong")
    out.update_container(paragraph)


def told(out, widget):
    tag(out, widget, ActualText=pdf_string("1 ty dong"))


def claims_text(out, widget):
    """The new element takes over text of the page."""
    tag(out, widget, K=number(0))


def claims_field(out, widget):
    """The new element is of a field that was there."""
    field = out.root["/AcroForm"]["/Fields"].raw_get(0)
    tag(out, widget, K=dictionary(Type=pdf_name("/OBJR"), Obj=field))


def dropped(out, widget):
    tag(out, widget)
    below = top(out)[2]
    del below[0]
    out.update_container(below)


def role(out, widget):
    tag(out, widget)
    root = top(out)[0]
    root[pdf_name("/RoleMap")] = dictionary(P=pdf_name("/Artifact"))
    out.update_container(root)


def redirected(out, widget):
    """The page's text belongs to the new element."""
    element = tag(out, widget)
    index = top(out)[0]["/ParentTree"]
    index = index["/Kids"][0] if "/Kids" in index else index
    index["/Nums"][1] = generic.ArrayObject([element])
    out.update_container(index)


ATTACKS = {
    "tag-retold": retold, "tag-told": told, "tag-claims-text": claims_text, "tag-claims-field": claims_field,
    "tag-dropped": dropped, "tag-role": role, "tag-redirected": redirected,
}
