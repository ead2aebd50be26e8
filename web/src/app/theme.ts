import {
  Anchor,
  Badge,
  Button,
  createTheme,
  type CSSVariablesResolver,
  type MantineColorsTuple,
  Modal,
  Notification,
  Paper,
  Tooltip,
} from '@mantine/core';

/** The one accent. Everything else that has a colour means a state. */
const iris: MantineColorsTuple = [
  '#eef0fd',
  '#dde1fa',
  '#b8c0f4',
  '#96a2f0',
  '#8593f0',
  '#5668de',
  '#4456d6',
  '#3848bb',
  '#2f3d9f',
  '#263283',
];

const dark: MantineColorsTuple = [
  '#dfe3ea',
  '#b9c0cc',
  '#9aa3b2',
  '#6f7a8c',
  '#353d4a',
  '#272e39',
  '#191e26',
  '#12161c',
  '#0d1015',
  '#090b0f',
];

export const theme = createTheme({
  colors: { iris, dark },
  primaryColor: 'iris',
  primaryShade: { light: 6, dark: 6 },
  defaultRadius: 'sm',
  radius: { xs: '3px', sm: '6px', md: '8px', lg: '12px', xl: '16px' },
  fontFamily:
    "Inter, system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', 'Liberation Sans', sans-serif",
  fontFamilyMonospace:
    "ui-monospace, SFMono-Regular, 'JetBrains Mono', Menlo, Consolas, 'Liberation Mono', monospace",
  fontSizes: { xs: '12px', sm: '13px', md: '14px', lg: '16px', xl: '20px' },
  lineHeights: { xs: '1.4', sm: '1.45', md: '1.5', lg: '1.4', xl: '1.3' },
  headings: {
    fontWeight: '600',
    sizes: {
      h1: { fontSize: '20px', lineHeight: '1.3' },
      h2: { fontSize: '14px', lineHeight: '1.4' },
      h3: { fontSize: '13px', lineHeight: '1.4' },
    },
  },
  focusRing: 'auto',
  cursorType: 'pointer',
  respectReducedMotion: true,
  components: {
    Button: Button.extend({ defaultProps: { size: 'xs', fw: 500 } }),
    Badge: Badge.extend({ defaultProps: { radius: 'sm', tt: 'none' } }),
    Paper: Paper.extend({ defaultProps: { withBorder: true, radius: 'md' } }),
    Tooltip: Tooltip.extend({ defaultProps: { withArrow: true, openDelay: 300, fz: 'xs' } }),
    Modal: Modal.extend({
      defaultProps: { centered: true, closeButtonProps: { 'aria-label': 'Close' } },
    }),
    Notification: Notification.extend({
      defaultProps: { closeButtonProps: { 'aria-label': 'Close' } },
    }),
    Anchor: Anchor.extend({ defaultProps: { underline: 'hover' } }),
  },
});

export const variables: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    '--mantine-color-body': '#f6f7f9',
    '--mantine-color-text': '#171b22',
    '--mantine-color-dimmed': '#565f70',
    '--mantine-color-placeholder': '#6b7485',
    '--mantine-color-default': '#ffffff',
    '--mantine-color-default-hover': '#f1f3f7',
    '--mantine-color-default-border': '#d9dde4',
    '--mantine-color-anchor': '#3848bb',
    '--mantine-color-error': '#b4232f',
  },
  dark: {
    '--mantine-color-body': '#0f1217',
    '--mantine-color-text': '#e3e7ee',
    '--mantine-color-dimmed': '#9aa3b2',
    '--mantine-color-placeholder': '#8791a2',
    '--mantine-color-default': '#181d25',
    '--mantine-color-default-hover': '#202630',
    '--mantine-color-default-border': '#2c3440',
    '--mantine-color-anchor': '#a3aef5',
    '--mantine-color-error': '#ff8b8b',
  },
});
