import { type CSSVariablesResolver, createTheme } from '@mantine/core';

/**
 * One accent; grey does the rest. The shades and thresholds make text on every control readable: Mantine's own defaults fail
 * the contrast that WCAG asks for.
 */
export const theme = createTheme({
  primaryColor: 'indigo',
  primaryShade: { light: 8, dark: 8 },
  autoContrast: true,
  luminanceThreshold: 0.2,
  fontFamily: 'system-ui, -apple-system, "Segoe UI", Roboto, sans-serif',
  fontFamilyMonospace: 'ui-monospace, "SF Mono", Menlo, Consolas, monospace',
  fontSizes: { xs: '12px', sm: '13px', md: '14px', lg: '16px', xl: '18px' },
  defaultRadius: 'sm',
  cursorType: 'pointer',
  respectReducedMotion: true,
  components: {
    Button: { defaultProps: { size: 'xs' } },
    ActionIcon: { defaultProps: { variant: 'subtle', color: 'gray' } },
    TextInput: { defaultProps: { size: 'xs' } },
    PasswordInput: { defaultProps: { size: 'sm' } },
    Textarea: { defaultProps: { size: 'xs' } },
    NativeSelect: { defaultProps: { size: 'xs' } },
  },
});

/** Mantine's colours follow the tokens of the console, so that there is one place for each colour. */
export const cssVariables: CSSVariablesResolver = () => {
  const tokens = {
    '--mantine-color-body': 'var(--rc-ground)',
    '--mantine-color-text': 'var(--rc-text)',
    '--mantine-color-dimmed': 'var(--rc-dim)',
    '--mantine-color-placeholder': 'var(--rc-dim)',
    '--mantine-color-anchor': 'var(--rc-accent)',
    '--mantine-color-error': 'var(--rc-red)',
    '--mantine-color-default-border': 'var(--rc-line-strong)',
  };
  return { variables: {}, light: tokens, dark: { ...tokens, '--mantine-color-default': 'var(--rc-raised)' } };
};
