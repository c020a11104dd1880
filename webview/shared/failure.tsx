/** What went wrong, said at once, and what to do now. */

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
