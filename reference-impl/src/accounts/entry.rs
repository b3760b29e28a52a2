//! The two doors through which a person logs in: the linking flow and the ordinary web site.

use std::borrow::Cow;

use crate::{
    fields::Fields,
    linking::{AllowList, LinkRefusal, LinkRequest},
};

/// Which door a route belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Door {
    /// Inside Messenger's webview, with a linking request to carry along.
    Linking,
    /// The business's own web site: an account works there as well (S43).
    Web,
}

/// A door with what is carried through it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Entry {
    Linking(LinkRequest),
    Web,
}

impl Entry {
    /// Reads and checks what the door demands. Nothing is trusted because an earlier page checked it.
    pub(super) fn read(
        door: Door,
        fields: &Fields,
        allowed: &AllowList,
    ) -> Result<Self, LinkRefusal> {
        match door {
            Door::Linking => LinkRequest::read(fields, allowed).map(Self::Linking),
            Door::Web => Ok(Self::Web),
        }
    }

    /// The request to be repeated in hidden fields.
    pub(crate) fn request(&self) -> Option<&LinkRequest> {
        match self {
            Self::Linking(request) => Some(request),
            Self::Web => None,
        }
    }

    /// Where the login form is sent.
    pub(crate) fn login_action(&self) -> &'static str {
        match self {
            Self::Linking(_) => "/authorize/login",
            Self::Web => "/login",
        }
    }

    /// Where the sign-up form is sent.
    pub(crate) fn signup_action(&self) -> &'static str {
        match self {
            Self::Linking(_) => "/authorize/signup",
            Self::Web => "/signup",
        }
    }

    /// The address of the login page.
    pub(crate) fn login_page(&self) -> String {
        match self {
            Self::Linking(request) => request.address_of("/authorize"),
            Self::Web => "/login".to_owned(),
        }
    }

    /// The address of the sign-up page.
    pub(crate) fn signup_page(&self) -> String {
        match self {
            Self::Linking(request) => request.address_of("/authorize/signup"),
            Self::Web => "/signup".to_owned(),
        }
    }

    /// Where the browser goes once somebody is signed in: home, or to the confirmation. The login
    /// page said what a login is for, so a person who has just typed a password is not asked twice
    /// (S18: as few pages as possible).
    pub(super) fn afterwards(&self) -> String {
        match self {
            Self::Linking(request) => request.address_of("/authorize/confirm"),
            Self::Web => "/account".to_owned(),
        }
    }

    /// Where a change of mind leads: back to Messenger without a code (S21).
    pub(crate) fn cancel(&self) -> Option<Cow<'_, str>> {
        self.request()
            .map(|request| request.destination().without_code())
    }
}
