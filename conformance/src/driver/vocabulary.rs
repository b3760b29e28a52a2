//! The vocabulary of login pages: what buttons, links and fields say, a group of words for each meaning.
//!
//! Words are separated by `|` and in lower case. To teach the driver a language, add its words to every group.

/// Leaves the matter: other accounts, other providers, lost passwords.
pub(super) const ELSEWHERE: &str = "\
    log out|logout|sign out|signout|switch account|another account|different account|not you|forgot|\
    forgotten|reset password|lost password|recover|with google|with facebook|with apple|with github|\
    with microsoft|with twitter|with x|with passkey|show password|resend|abmelden|anderes konto|\
    passwort vergessen|se déconnecter|déconnexion|mot de passe oublié|autre compte|cerrar sesión|\
    olvidaste|olvidé|otra cuenta|esqueci|esqueceu|password dimenticata|выйти|забыли|退出|登出|注销|切换账号|\
    切换帐号|其他账号|忘记密码|忘記密碼|微信登录|ログアウト|別のアカウント|パスワードを忘れ|パスワードをお忘れ|로그아웃|다른 계정|비밀번호 찾기";

/// Declines.
pub(super) const CANCEL: &str = "\
    cancel|not now|deny|decline|no thanks|no, thanks|no thank you|reject|refuse|don't allow|\
    do not allow|don't link|do not link|dont link|don't connect|disagree|abort|maybe later|later|\
    skip|dismiss|go back to chat|return without|back without|without linking|no, cancel|never mind|\
    abbrechen|ablehnen|nicht jetzt|später|nein danke|nein, danke|verweigern|nicht erlauben|annuler|\
    refuser|plus tard|pas maintenant|non merci|non, merci|cancelar|ahora no|rechazar|denegar|\
    no gracias|no, gracias|más tarde|ahora mismo no|agora não|recusar|não, obrigado|mais tarde|\
    annulla|rifiuta|non ora|no grazie|no, grazie|annuleren|niet nu|weigeren|anuluj|nie teraz|odmów|\
    vazgeç|iptal|şimdi değil|avbryt|hủy|batal|отмена|отменить|отказаться|отклонить|не сейчас|позже|\
    скасувати|إلغاء|ليس الآن|رفض|取消|暂不|暫不|以后再说|以後再說|稍后|稍後|下次再说|拒绝|拒絕|不同意|不允许|不允許|不绑定|不綁定|不用了|不了|放弃|\
    放棄|キャンセル|中止|拒否|後で|あとで|今はしない|許可しない|連携しない|취소|거부|나중에|허용 안 함|동의하지 않";

/// Declines, when it is all that a control says.
pub(super) const CANCEL_WHOLE: &str = "no|nein|non|não|nee|nie|нет|いいえ|否|不|아니요|아니오|لا";

/// Creates an account.
pub(super) const SIGN_UP: &str = "\
    sign up|signup|register|registration|create account|create an account|create your account|\
    create a new account|create new account|new account|open an account|join|new here|enroll|\
    registrieren|konto erstellen|konto anlegen|neues konto|s'inscrire|inscription|créer un compte|\
    registrarse|regístrate|crear cuenta|crear una cuenta|registro|criar conta|criar uma conta|\
    cadastre se|cadastrar|registrati|crea un account|crea account|registreren|account aanmaken|\
    zarejestruj|załóż konto|kaydol|hesap oluştur|đăng ký|daftar|зарегистрироваться|регистрация|\
    создать аккаунт|إنشاء حساب|注册|註冊|创建账号|创建帐号|创建账户|新建账号|建立帳號|开通账号|新規登録|会員登録|アカウント作成|アカウントを作成|회원가입|\
    회원 가입|계정 만들기";

/// Logs in.
pub(super) const LOG_IN: &str = "\
    log in|login|log on|logon|sign in|signin|sign on|authenticate|anmelden|einloggen|anmeldung|\
    se connecter|connexion|s'identifier|iniciar sesión|inicia sesión|ingresar|acceder|entrar|\
    iniciar sessão|fazer login|accedi|inloggen|aanmelden|zaloguj|logowanie|giriş|giriş yap|\
    oturum aç|đăng nhập|masuk|войти|вход|увійти|logga in|logg inn|تسجيل الدخول|دخول|登录|登錄|登陆|登入|\
    ログイン|サインイン|로그인";

/// Agrees or goes on.
pub(super) const AGREE: &str = "\
    continue|allow|authorize|authorise|approve|accept|agree|confirm|grant|link|link account|\
    link my account|connect|proceed|next|finish|go on|go ahead|submit|back to messenger|\
    return to messenger|back to chat|done|yes|weiter|fortfahren|zulassen|erlauben|zustimmen|\
    bestätigen|verknüpfen|verbinden|akzeptieren|continuer|autoriser|accepter|confirmer|lier|\
    associer|suivant|valider|continuar|permitir|autorizar|aceptar|confirmar|vincular|enlazar|\
    siguiente|conectar|aceitar|associar|próximo|avançar|continua|consenti|accetta|conferma|collega|\
    avanti|autorizza|doorgaan|toestaan|akkoord|bevestigen|koppelen|volgende|kontynuuj|zezwól|\
    potwierdź|dalej|devam|devam et|onayla|kabul et|tiếp tục|đồng ý|lanjutkan|setuju|продолжить|\
    разрешить|принять|подтвердить|связать|далее|согласен|продовжити|متابعة|موافق|السماح|تأكيد|继续|繼續|\
    允许|允許|授权|授權|同意|确认|確認|确定|確定|绑定|綁定|关联|關聯|连接账号|链接账号|接受|下一步|完成|返回 messenger|返回messenger|好的|続ける|続行|\
    許可|連携する|連携|承認|はい|次へ|进む|進む|계속|허용|동의|확인|연결|다음|승인";

/// Agrees, when it is all that a control says.
pub(super) const AGREE_WHOLE: &str = "ok|okay|ja|oui|sí|si|sim|sì|да|是|好|예|네|go|نعم";

/// Names a user name field.
pub(super) const USER: &str = "\
    username|user name|user|userid|user id|login|loginid|login id|email|e mail|mail|phone|mobile|\
    account|handle|member|member id|customer number|nickname|uname|identifier|benutzername|\
    nutzername|benutzer|kundennummer|nom d'utilisateur|identifiant|courriel|usuario|correo|\
    nombre de usuario|usuário|nome utente|utente|gebruikersnaam|użytkownik|kullanıcı|tên đăng nhập|\
    имя пользователя|логин|почта|телефон|اسم المستخدم|البريد|用户名|用戶名|用户|账号|帐号|帳號|账户|邮箱|郵箱|手机|手機|电话|\
    会员|ユーザー|メール|アカウント|会員|아이디|이메일|사용자|계정";

/// Names a text field that asks for something else.
pub(super) const NOT_A_USER: &str = "\
    search|captcha|otp|one time|verification|code|coupon|voucher|website|url|comment|suche|\
    recherche|buscar|验证码|驗證碼|搜索|検索|認証コード|검색|인증";
