/** Shows an error and its next step, and announces it to screen readers at once. */

export function Failure({ message, nextStep }: { message: string; nextStep: string }) {
  return (
    <>
      <p role="alert" class="problem">
        {message}
      </p>
      <p>{nextStep}</p>
    </>
  );
}
