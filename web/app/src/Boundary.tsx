import { Component, type ReactNode } from "react";

import { useConnection } from "./clients/socket";
import { NotFetched } from "./later";
import { Trouble } from "./ui/Empty";

interface Props {
  /** What is shown; with another one a failure is forgotten. */
  here: string;
  children: ReactNode;
  fallback?(trouble: ReactNode, again: () => void): ReactNode;
}

/** Where something inside fails, the rest of the page stays, and it is said in words. */
export class Boundary extends Component<Props, { fault: unknown }> {
  override state: { fault: unknown } = { fault: null };
  private pressed = false;

  static getDerivedStateFromError(fault: unknown) {
    return { fault };
  }

  override componentDidCatch(fault: unknown) {
    if (fault instanceof NotFetched) fault.forget();
    // Tried again in vain although the server is there: a newer version is in its place, and comes with the whole page.
    if (this.pressed && useConnection.getState().connected) location.reload();
    this.pressed = false;
  }

  override componentDidUpdate({ here }: Props) {
    if (here === this.props.here) return;
    this.pressed = false;
    if (this.state.fault !== null) this.setState({ fault: null });
  }

  private readonly again = () => {
    this.pressed = true;
    this.setState({ fault: null });
  };

  override render() {
    const { fault } = this.state;
    const { children, fallback } = this.props;
    if (fault === null) return children;
    const trouble = <Trouble words={wordsFor(fault)} onRetry={this.again} />;
    return fallback ? fallback(trouble, this.again) : trouble;
  }
}

const wordsFor = (fault: unknown) =>
  fault instanceof NotFetched
    ? "This part of the page could not be fetched. Check your connection, then try again."
    : "Something went wrong on this page. Try again; what you wrote in conversations is kept.";
