import type { ReactNode } from 'react';
import classes from './page-state.module.css';

interface PageStateProps {
  title: string;
  /** There is nothing else on the page. */
  isPage?: boolean;
  children: ReactNode;
}

/** What a page says in place of its content: what is so, and what to do next. */
export function PageState({ title, isPage = false, children }: PageStateProps) {
  return (
    <div className={classes.state}>
      {isPage ? <h1 className={classes.title}>{title}</h1> : <h2 className={classes.title}>{title}</h2>}
      {children}
    </div>
  );
}
