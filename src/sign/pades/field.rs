//! The form field that holds a signature, its place on the page, and the entries of catalog, form and page that lead there.

use lopdf::{Dictionary, Object, ObjectId};

use crate::model::told::told;
use crate::sign::fault::SignFault;
use crate::sign::pades::document::{Field, Source, damaged, document};
use crate::sign::pades::increment::Increment;
use crate::sign::pades::syntax::{Entries, appended, reference, text};
use crate::sign::pades::{Page, Rectangle, Stamp, Wish, stamp};

/// How far up the page tree an inherited entry is looked for.
const DEPTH_MAX: usize = 64;

/// A page as it is shown.
struct Sheet {
    id: ObjectId,
    /// Its left, bottom, right and top in the page's own units.
    shown: [f32; 4],
    /// By how many degrees it is turned clockwise.
    rotation: i64,
}

/// Writes the field and all that leads to it.
pub(super) fn write(
    source: &Source<'_>,
    increment: &mut Increment<'_>,
    signature: ObjectId,
    wish: &Wish,
) -> Result<(), SignFault> {
    let (signatures, names) = source.fields();
    permitted(source, &signatures, wish)?;
    let mut catalog = source.entries(source.root()?)?;
    let value = format!("{} 0 R", signature.0);
    let made = match chosen(&signatures, &names, wish)? {
        Target::Filled(field) => {
            fill(source, increment, field.id, &value, wish.stamp.as_ref())?;
            None
        }
        Target::New(name) => {
            let field = make(source, increment, &name, &value, wish.stamp.as_ref())?;
            Some(format!("{} 0 R", field.0))
        }
    };
    let mut rewritten = form(source, increment, &mut catalog, made.as_deref())?;
    if wish.certify.is_some() {
        let mut permissions = catalog.get("Perms").map(|found| direct(source, found)).unwrap_or_default();
        permissions.set("DocMDP", value);
        catalog.set("Perms", permissions.write());
        rewritten = true;
    }
    if rewritten {
        increment.put(source.root()?, &catalog.write());
    }
    Ok(())
}

/// Refuses what an earlier certification forbids, and a certification that comes too late.
fn permitted(source: &Source<'_>, signatures: &[Field], wish: &Wish) -> Result<(), SignFault> {
    if source.permitted() == Some(1) {
        return Err(document(told!(
            "tài liệu đã được chứng nhận (DocMDP) không cho phép thay đổi nào, kể cả ký thêm",
            "the document is certified (DocMDP) against any change, further signatures included"
        )));
    }
    match signatures.iter().find(|field| field.signed) {
        Some(field) if wish.certify.is_some() => {
            let name = &field.name;
            Err(document(told!(
                "tài liệu đã có chữ ký \"{name}\" nên không chứng nhận (DocMDP) được nữa: chỉ chữ ký đầu tiên mới chứng nhận được",
                "the document carries the signature \"{name}\" and can no longer be certified (DocMDP): only the first signature may do that"
            )))
        }
        _ => Ok(()),
    }
}

/// Where the signature goes.
enum Target<'a> {
    /// Into an empty field that is there.
    Filled(&'a Field),
    /// Into a new field of this name.
    New(String),
}

fn chosen<'a>(signatures: &'a [Field], names: &[String], wish: &Wish) -> Result<Target<'a>, SignFault> {
    let taken = |name: &str| names.iter().any(|known| known == name);
    let Some(name) = &wish.field else {
        let free = (1..=names.len() + 1).map(|number| format!("Signature{number}")).find(|name| !taken(name));
        return Ok(Target::New(free.unwrap_or_default()));
    };
    match signatures.iter().find(|field| field.name == *name) {
        Some(field) if !field.signed => Ok(Target::Filled(field)),
        Some(_) => Err(document(told!(
            "trường chữ ký \"{name}\" đã được ký: chọn trường khác hoặc để trống để tạo trường mới",
            "the signature field \"{name}\" is signed already: choose another, or none for a new one"
        ))),
        None if taken(name) => Err(document(told!(
            "trường \"{name}\" không phải trường chữ ký: chọn tên khác",
            "the field \"{name}\" is no signature field: choose another name"
        ))),
        None if name.is_empty() || name.contains('.') => Err(document(told!(
            "tên trường chữ ký \"{name}\" không hợp lệ: tên không được để trống hay chứa dấu chấm",
            "the name \"{name}\" cannot be given to a field: it must not be empty or contain a dot"
        ))),
        None => Ok(Target::New(name.clone())),
    }
}

/// Puts the signature into an empty field; its stamp takes the field's own place.
fn fill(
    source: &Source<'_>,
    increment: &mut Increment<'_>,
    id: ObjectId,
    value: &str,
    stamp: Option<&Stamp>,
) -> Result<(), SignFault> {
    let mut entries = source.entries(id)?;
    entries.set("V", value);
    let view = source.view.get_dictionary(id).map_err(|error| damaged(&error.to_string()))?;
    let rectangle =
        rectangle(source, view, b"Rect").filter(|[left, bottom, right, top]| right > left && top > bottom);
    if let (Some(stamp), Some([left, bottom, right, top])) = (stamp, rectangle) {
        let page = view.get(b"P").and_then(Object::as_reference).ok();
        let rotation = page.map_or(0, |page| rotation(source, page));
        let (width, height) = (right - left, top - bottom);
        let size = if rotation % 180 == 0 { (width, height) } else { (height, width) };
        let appearance = stamp::write(increment, &stamp.lines, size, rotation)?;
        entries.set("AP", format!("<< /N {} 0 R >>", appearance.0));
    }
    increment.put(id, &entries.write());
    Ok(())
}

/// Makes a field that is its own annotation on a page.
fn make(
    source: &Source<'_>,
    increment: &mut Increment<'_>,
    name: &str,
    value: &str,
    stamp: Option<&Stamp>,
) -> Result<ObjectId, SignFault> {
    let sheet = sheet(source, stamp.map_or(Page::Number(1), |stamp| stamp.page))?;
    let (place, appearance) = match stamp {
        Some(stamp) => {
            let size = (stamp.place.width, stamp.place.height);
            let place = placed(&sheet, stamp.place)?;
            let appearance = stamp::write(increment, &stamp.lines, size, sheet.rotation)?;
            (place, format!("/AP << /N {} 0 R >>", appearance.0))
        }
        None => ([0.0; 4], String::new()),
    };
    let [left, bottom, right, top] = place;
    // Printed with the page, and not to be moved.
    let field = increment.add(&format!(
        "<< /Type /Annot /Subtype /Widget /FT /Sig /T {} /V {value} /F 132 /Rect [{left} {bottom} {right} {top}] /P {} {} R \
         {appearance} >>",
        text(name),
        sheet.id.0,
        sheet.id.1
    ));
    let mut page = source.entries(sheet.id)?;
    if grow(source, increment, &mut page, "Annots", &format!("{} 0 R", field.0))? {
        increment.put(sheet.id, &page.write());
    }
    Ok(field)
}

/// Adds the field to the form and says there that the document is signed. Whether the catalog itself changed.
fn form(
    source: &Source<'_>,
    increment: &mut Increment<'_>,
    catalog: &mut Entries,
    field: Option<&str>,
) -> Result<bool, SignFault> {
    let written = catalog.get("AcroForm").map(<[u8]>::to_vec);
    let id = written.as_deref().and_then(reference);
    let mut form = match (&written, id) {
        (_, Some(id)) => source.entries(id)?,
        (Some(written), None) => Entries::parse(written).ok_or_else(|| damaged("AcroForm"))?,
        (None, None) => Entries::default(),
    };
    if let Some(field) = field {
        grow(source, increment, &mut form, "Fields", field)?;
    }
    // Signatures exist, and the file is only ever to be appended to.
    form.set("SigFlags", "3");
    match id {
        Some(id) => {
            increment.put(id, &form.write());
        }
        None => catalog.set("AcroForm", form.write()),
    }
    Ok(id.is_none())
}

/// Adds an element to an array, where it stands: whether that is among these entries.
fn grow(
    source: &Source<'_>,
    increment: &mut Increment<'_>,
    entries: &mut Entries,
    key: &str,
    element: &str,
) -> Result<bool, SignFault> {
    let written = entries.get(key).map_or_else(|| b"[]".to_vec(), <[u8]>::to_vec);
    let id = reference(&written);
    let array = id.map_or(Some(written), |id| source.written(id));
    let array = array.and_then(|array| appended(&array, element)).ok_or_else(|| damaged(key))?;
    match id {
        Some(id) => {
            increment.put(id, &array);
        }
        None => entries.set(key, array),
    }
    Ok(id.is_none())
}

/// A dictionary that stands here or elsewhere.
fn direct(source: &Source<'_>, value: &[u8]) -> Entries {
    let written = reference(value).and_then(|id| source.written(id));
    Entries::parse(written.as_deref().unwrap_or(value)).unwrap_or_default()
}

/// The page, its size and how it is turned.
fn sheet(source: &Source<'_>, page: Page) -> Result<Sheet, SignFault> {
    let pages = source.view.get_pages();
    let count = pages.len();
    let id = match page {
        Page::Number(number) => pages.get(&number),
        Page::Last => pages.values().next_back(),
    };
    let id = *id.ok_or_else(|| {
        document(told!(
            "tài liệu có {count} trang, không có trang được chọn để đóng dấu: chọn từ 1 đến {count}",
            "the document has {count} pages and not the one chosen for the stamp: choose from 1 to {count}"
        ))
    })?;
    let shown = inherited(source, id, |page| {
        rectangle(source, page, b"CropBox").or_else(|| rectangle(source, page, b"MediaBox"))
    });
    // US Letter stands in where a page has no size, as in most viewers.
    Ok(Sheet { id, shown: shown.unwrap_or([0.0, 0.0, 612.0, 792.0]), rotation: rotation(source, id) })
}

fn rotation(source: &Source<'_>, page: ObjectId) -> i64 {
    inherited(source, page, |page| source.resolved(page, b"Rotate")?.as_i64().ok())
        .unwrap_or(0)
        .rem_euclid(360)
}

/// What a page or the nearest of its ancestors says.
fn inherited<T>(source: &Source<'_>, page: ObjectId, read: impl Fn(&Dictionary) -> Option<T>) -> Option<T> {
    let mut id = page;
    for _ in 0..DEPTH_MAX {
        let node = source.view.get_dictionary(id).ok()?;
        if let Some(found) = read(node) {
            return Some(found);
        }
        id = node.get(b"Parent").and_then(Object::as_reference).ok()?;
    }
    None
}

/// Left, bottom, right and top of a rectangle, in whichever order its corners stand.
fn rectangle(source: &Source<'_>, dictionary: &Dictionary, key: &[u8]) -> Option<[f32; 4]> {
    let array = source.resolved(dictionary, key)?.as_array().ok()?;
    let numbers: Vec<f32> =
        array.iter().filter_map(|number| source.view.dereference(number).ok()?.1.as_float().ok()).collect();
    let [a, b, c, d] = numbers.try_into().ok()?;
    let (a, b, c, d): (f32, f32, f32, f32) = (a, b, c, d);
    Some([a.min(c), b.min(d), a.max(c), b.max(d)])
}

/// A rectangle on the page as it is shown, in the page's own units.
fn placed(sheet: &Sheet, place: Rectangle) -> Result<[f32; 4], SignFault> {
    let [left, bottom, right, top] = sheet.shown;
    let (wide, high) = (right - left, top - bottom);
    let (shown_wide, shown_high) = if sheet.rotation % 180 == 0 { (wide, high) } else { (high, wide) };
    let Rectangle { left: x, bottom: y, width, height } = place;
    let inside = x >= 0.0
        && y >= 0.0
        && width > 0.0
        && height > 0.0
        && x + width <= shown_wide
        && y + height <= shown_high;
    if !inside {
        return Err(document(told!(
            "khung dấu ({x}, {y}, rộng {width}, cao {height}) nằm ngoài trang: trang rộng {shown_wide}, cao {shown_high} điểm",
            "the stamp ({x}, {y}, {width} wide, {height} high) lies beside the page, which is {shown_wide} points wide and {shown_high} high"
        )));
    }
    let (u, v, across, up) = match sheet.rotation {
        90 => (wide - y - height, x, height, width),
        180 => (wide - x - width, high - y - height, width, height),
        270 => (y, high - x - width, height, width),
        _ => (x, y, width, height),
    };
    Ok([left + u, bottom + v, left + u + across, bottom + v + up])
}
