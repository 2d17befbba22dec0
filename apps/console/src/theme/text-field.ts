// The fields of forms with their styles. Nothing of the first screen has one, so both come later.
import '@mantine/core/styles/Input.css';
import '@mantine/core/styles/PasswordInput.css';

export { NativeSelect, PasswordInput, TextInput } from '@mantine/core';
