// A business rule on sys_journal_field (after insert, element is comments or work_notes, value starts with /tollgate).
// It tells Tollgate what was written, signed. Set the system properties tollgate.url and tollgate.secret (type password2).
(function executeRule(current) {
  var body = JSON.stringify({
    delivery: String(current.sys_id),
    table: String(current.name),
    sys_id: String(current.element_id),
    user: String(current.sys_created_by),
    text: String(current.value)
  });
  var time = String(Math.floor(new GlideDateTime().getNumericValue() / 1000));
  var key = GlideStringUtil.base64Encode(gs.getProperty("tollgate.secret"));
  var signature = new GlideCertificateEncryption().generateMac(key, "HmacSHA256", time + "." + body);
  var message = new sn_ws.RESTMessageV2();
  message.setEndpoint(gs.getProperty("tollgate.url"));
  message.setHttpMethod("post");
  message.setRequestHeader("Content-Type", "application/json");
  message.setRequestHeader("X-Tollgate-Timestamp", time);
  message.setRequestHeader("X-Tollgate-Signature", signature);
  message.setRequestBody(body);
  message.executeAsync();
})(current);
