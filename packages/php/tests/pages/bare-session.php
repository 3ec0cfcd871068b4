<?php

// PHP has started the session.

echo session_status() === PHP_SESSION_ACTIVE ? 'active' : 'none';
