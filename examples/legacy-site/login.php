<?
	session_register("user", "cart");
	$sid = session_id();
	msession_inc($sid, "pages");
	$title = "Login";
	include("header.inc");

	$name = $HTTP_POST_VARS["name"];
	if (get_magic_quotes_gpc()) {
		$name = stripslashes($name);
	}
	if (!eregi("^[a-z]+$", $name)) {
		echo "That is no name.<br>\n";
	} else {
		$user = $name;
		msession_set_array($sid, array("user" => $user, "level" => 1, 5 => "five"));
		msession_timeout($sid, 600);
		echo "Hello $user. You will be forgotten after " . msession_timeout($sid) . " seconds.<br>\n";
	}
	if (session_is_registered("user")) {
		echo "You are registered.<br>\n";
	}
	include("footer.inc");
?>
