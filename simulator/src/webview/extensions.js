// Messenger Extensions for pages that this platform opened: the part that tells who the user is.
(function (window, document) {
  "use strict";
  var script = document.currentScript;
  var platform = new URL(script.src).origin;

  function getContext(appId, success, error) {
    var url = platform + "/messenger_platform/extensions/context?app_id=" + encodeURIComponent(appId);
    fetch(url, { credentials: "include", cache: "no-store" })
      .then(function (response) {
        return response.json();
      })
      .then(
        function (answer) {
          if (answer.error) {
            error(answer.error);
          } else {
            success(answer);
          }
        },
        function (failure) {
          error("Messenger Extensions cannot reach the platform: " + failure);
        }
      );
  }

  function getSupportedFeatures(success) {
    success({ supported_features: ["context"] });
  }

  function requestCloseBrowser(success) {
    window.close();
    if (success) {
      success();
    }
  }

  window.MessengerExtensions = {
    getContext: getContext,
    getSupportedFeatures: getSupportedFeatures,
    requestCloseBrowser: requestCloseBrowser,
  };
  // Pages define this hook before the script is there, as they do for the real one.
  if (typeof window.extAsyncInit === "function") {
    window.extAsyncInit();
  }
})(window, document);
