//! Forms as a browser sees them: controls, their labels and presets, and what can be pressed.

/// What a control is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Any one-line field that a user types into.
    Text,
    /// A password field.
    Password,
    /// Not shown, sent as it is.
    Hidden,
    /// Sent when ticked.
    Checkbox,
    /// One of a group.
    Radio,
    /// A list to choose from.
    Select,
    /// A field of several lines.
    TextArea,
    /// Sends the form.
    Submit,
    /// Sends the form, with the place that was touched.
    Image,
    /// Does nothing to the form: script buttons, reset buttons, file fields.
    Other,
}

/// What a hint of linking.toml says an element is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    /// `username_field`
    User,
    /// `password_field`
    Password,
    /// `submit`
    Submit,
    /// `cancel`
    Cancel,
    /// `signup`
    SignUp,
    /// `continue`
    Continue,
}

/// Methods that a form can use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Method {
    /// Fields travel in the query.
    Get,
    /// Fields travel in the body.
    Post,
}

/// How a POST spells its fields.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Enctype {
    /// `application/x-www-form-urlencoded`
    Urlencoded,
    /// `multipart/form-data`
    Multipart,
}

/// One control of a form.
#[derive(Debug, Clone)]
pub(crate) struct Control {
    /// What it is.
    pub(crate) kind: Kind,
    /// The `type` attribute in lower case.
    pub(crate) input_type: String,
    /// The `name` attribute, when not empty.
    pub(crate) name: Option<String>,
    /// Preset value; of a list, the value chosen at first.
    pub(crate) value: String,
    /// Everything that tells a user what it is for.
    pub(crate) label: String,
    /// Name and id, which tell a developer what it is for.
    pub(crate) codename: String,
    /// The `autocomplete` attribute in lower case.
    pub(crate) autocomplete: String,
    /// Ticked from the start.
    pub(crate) checked: bool,
    /// Must be given.
    pub(crate) required: bool,
    /// Whether a user can see it; what cannot be seen is sent but never filled.
    pub(crate) shown: bool,
    /// `formaction`
    pub(crate) action: Option<String>,
    /// `formmethod`
    pub(crate) method: Option<Method>,
    /// Roles that hints give it.
    pub(crate) roles: Vec<Role>,
    /// A CSS selector that finds it again.
    pub(crate) selector: String,
}

impl Control {
    pub(crate) fn is(&self, role: Role) -> bool {
        self.roles.contains(&role)
    }

    /// Whether a user can type into it.
    pub(crate) fn is_typed(&self) -> bool {
        self.shown && matches!(self.kind, Kind::Text | Kind::Password)
    }

    /// Whether pressing it sends the form.
    pub(crate) fn sends(&self) -> bool {
        matches!(self.kind, Kind::Submit | Kind::Image)
    }
}

/// One form. Disabled controls are left out: they are neither sent nor pressed.
#[derive(Debug, Clone)]
pub(crate) struct Form {
    /// The `action` attribute; without one the form goes to the page's own address.
    pub(crate) action: Option<String>,
    /// Method.
    pub(crate) method: Method,
    /// Spelling of a POST.
    pub(crate) enctype: Enctype,
    /// Id, name and class, which tell a developer what it is for.
    pub(crate) codename: String,
    /// Controls in the order of the document.
    pub(crate) controls: Vec<Control>,
}

impl Form {
    /// Indices of the password fields that a user sees.
    pub(crate) fn passwords(&self) -> Vec<usize> {
        (0..self.controls.len())
            .filter(|&index| {
                self.controls[index].shown && self.controls[index].kind == Kind::Password
            })
            .collect()
    }
}

/// What pressing something does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Effect {
    /// Follows a link.
    Follow(String),
    /// Sends a form by one of its controls, or by a script.
    Send {
        /// Index of the form.
        form: usize,
        /// Index of the control.
        control: Option<usize>,
    },
    /// A script sends the browser to this address.
    Assign(String),
    /// A script goes back in the history or closes the window: the browser is not sent anywhere.
    Stay,
    /// Nothing that a browser without scripts could know.
    Opaque(String),
}

/// Something that can be pressed: a link, a submit control, a button with a script.
#[derive(Debug, Clone)]
pub(crate) struct Press {
    /// What it says to the user; when it says nothing, what it is called in the source.
    pub(crate) words: String,
    /// What it does.
    pub(crate) effect: Effect,
    /// Roles that hints give it.
    pub(crate) roles: Vec<Role>,
    /// A CSS selector that finds it again.
    pub(crate) selector: String,
}
