"""Drop box: the public server that takes reports. It holds no key that opens a stored one, and no word of anyone's."""
