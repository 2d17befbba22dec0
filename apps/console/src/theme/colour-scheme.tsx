import { ActionIcon, useMantineColorScheme } from '@mantine/core';
import { IconDeviceDesktop, IconMoon, IconSun } from '@tabler/icons-react';

const NEXT = { auto: 'light', light: 'dark', dark: 'auto' } as const;
const ICONS = { auto: IconDeviceDesktop, light: IconSun, dark: IconMoon };
const WORDS = { auto: 'as the system', light: 'light', dark: 'dark' };

/** Goes through light, dark and as the system. */
export function ColourScheme() {
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const Icon = ICONS[colorScheme];
  const label = `Colours: ${WORDS[colorScheme]}. Change to ${WORDS[NEXT[colorScheme]]}.`;
  return (
    <ActionIcon aria-label={label} title={label} onClick={() => setColorScheme(NEXT[colorScheme])}>
      <Icon size={16} />
    </ActionIcon>
  );
}
